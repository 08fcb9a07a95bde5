/** A TCP proxy that can fail: it can be cut or frozen. */
import { createServer, connect, type Socket } from 'node:net';
import { closeServer, listenOnLoopback } from '../../support/loopback.js';

export interface TcpGate {
  port: number;
  /** `127.0.0.1:port` */
  address: string;
  /** Breaks all connections and refuses new ones, until `open`. */
  cut(): void;
  /** Keeps connections open but passes nothing on from the client, until `open`. */
  freeze(): void;
  open(): void;
  close(): Promise<void>;
}

export async function startTcpGate(target: { host: string; port: number }): Promise<TcpGate> {
  let state: 'open' | 'cut' | 'frozen' = 'open';
  const pairs = new Set<{ client: Socket; server: Socket }>();

  const listener = createServer((client) => {
    client.on('error', () => undefined);
    if (state === 'cut') return client.destroy();
    const server = connect(target);
    const pair = { client, server };
    pairs.add(pair);
    server.on('error', () => undefined);
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    client.on('close', end);
    server.on('close', end);
    client.setNoDelay(true);
    server.setNoDelay(true);
    client.on('data', (chunk) => server.write(chunk));
    server.on('data', (chunk) => client.write(chunk));
    if (state === 'frozen') client.pause();
    return undefined;
  });
  const port = await listenOnLoopback(listener);

  const breakAll = () => {
    for (const { client, server } of [...pairs]) {
      client.destroy();
      server.destroy();
    }
  };
  return {
    port,
    address: `127.0.0.1:${port}`,
    cut() {
      state = 'cut';
      breakAll();
    },
    freeze() {
      state = 'frozen';
      for (const { client } of pairs) client.pause();
    },
    open() {
      state = 'open';
      for (const { client } of pairs) client.resume();
    },
    async close() {
      breakAll();
      await closeServer(listener);
    },
  };
}
