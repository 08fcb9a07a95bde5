/** The HTTP server of the API: its timeouts, and an orderly end. */
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const SECOND = 1000;
/** How long a request may take to arrive, so that slow clients do not hold connections open. */
const REQUEST_TIMEOUT = 15 * SECOND;
const HEADERS_TIMEOUT = 10 * SECOND;
/** Longer than load balancers keep idle connections. */
const KEEP_ALIVE = 75 * SECOND;
const CLOSE_IDLE_EVERY = SECOND / 10;

export interface HttpServer {
  /** Where it is reached from this machine. */
  url: string;
  /** Stops accepting connections and waits for the requests under way. */
  close(): Promise<void>;
}

/**
 * Serves `app` on `host` and `port`; port 0 lets the system choose.
 *
 * @throws Error that says what to do when the port is taken
 */
export async function serveHttp(
  app: RequestListener,
  { host, port }: { host: string; port: number },
): Promise<HttpServer> {
  const server = createServer({ connectionsCheckingInterval: SECOND }, app);
  server.requestTimeout = REQUEST_TIMEOUT;
  server.headersTimeout = HEADERS_TIMEOUT;
  server.keepAliveTimeout = KEEP_ALIVE;
  await listen(server, port, host);
  const address = server.address() as AddressInfo;
  return {
    url: `http://${urlHost(host)}:${address.port}`,
    close: () => close(server),
  };
}

/** Returns a host to listen on as a URL names it. */
export function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`Port ${port} is taken. Set PORT to a free one, or stop the process that uses it.`)
          : error,
      );
    });
    server.listen(port, host, () => resolve());
  });
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection becomes idle only once its last answer is sent, and would then be kept for KEEP_ALIVE.
  const closeIdle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY);
  await closed;
  clearInterval(closeIdle);
}
