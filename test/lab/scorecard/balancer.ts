/** A load balancer before several instances of the API: each new connection goes to the one in service. */
import { connect, createServer, type Socket } from 'node:net';
import { closeServer, listenOnLoopback } from '../../support/loopback.js';

export interface Balancer {
  url: string;
  /** Sends new connections there. Resolves when all older connections have ended. */
  useInstance(url: string): Promise<void>;
  close(): Promise<void>;
}

export async function startBalancer(): Promise<Balancer> {
  let port = 0;
  const open = new Map<Socket, Promise<void>>();
  const listener = createServer((client) => {
    const server = connect({ host: '127.0.0.1', port });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      const ended = new Promise<void>((resolve) => {
        socket.once('close', () => {
          open.delete(socket);
          other.destroy();
          resolve();
        });
      });
      open.set(socket, ended);
      socket.pipe(other);
    }
  });
  const ownPort = await listenOnLoopback(listener);
  return {
    url: `http://127.0.0.1:${ownPort}`,
    async useInstance(url) {
      port = Number(new URL(url).port);
      await Promise.all(open.values());
    },
    async close() {
      for (const socket of open.keys()) socket.destroy();
      await closeServer(listener);
    },
  };
}
