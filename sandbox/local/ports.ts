import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY = 100;

/** Finds a free port of 127.0.0.1: the preferred one, unless it is taken. */
export async function freePort(preferred = 0): Promise<number> {
  const port = (await listenOnce(preferred)) ?? (await listenOnce(0));
  if (port === undefined) throw new Error('There is no free port on 127.0.0.1.');
  return port;
}

/** Checks whether a port of 127.0.0.1 can be listened on, waiting up to `patienceMs` for it to become free. */
export async function portBecomesFree(port: number, patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while ((await listenOnce(port)) === undefined) {
    if (Date.now() >= deadline) return false;
    await sleep(LOOK_EVERY);
  }
  return true;
}

async function listenOnce(port: number): Promise<number | undefined> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : undefined;
      server.close(() => resolve(bound));
    });
  });
}
