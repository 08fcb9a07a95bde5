/** Stands before several instances of the API: each new connection goes to the one that is in service. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Balancer {
  url: string;
  /** New connections go there from now on. Resolves when those that went elsewhere have ended. */
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
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    async useInstance(url) {
      port = Number(new URL(url).port);
      await Promise.all(open.values());
    },
    async close() {
      for (const socket of open.keys()) socket.destroy();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
}
