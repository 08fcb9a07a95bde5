/** A proxy between a process and Dodo that can hold a request just before it arrives, or its response just after. */
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { closeServer, listenOnLoopback } from '../../support/loopback.js';

export interface CallMatch {
  method: string;
  path: RegExp;
  /** Matched against the raw body. */
  body?: RegExp;
}

export interface Held {
  /** Resolves when the call is held. */
  reached: Promise<void>;
  release(): void;
}

export interface DodoGate {
  url: string;
  /** Holds the next call that matches, `before` it arrives at Dodo, or `after` Dodo has acted and answered. */
  hold(when: 'before' | 'after', match: CallMatch): Held;
  close(): Promise<void>;
}

interface Trap {
  when: 'before' | 'after';
  match: CallMatch;
  arrive: () => void;
  released: Promise<void>;
}

export async function startDodoGate(target: string): Promise<DodoGate> {
  const traps: Trap[] = [];
  const { hostname, port } = new URL(target);

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const { method = 'GET', url: path = '/' } = request;
    const index = traps.findIndex(({ match }) => fits(match, method, path, body.toString()));
    const [trap] = index < 0 ? [] : traps.splice(index, 1);
    if (trap?.when === 'before') await caught(trap);
    // The caller was killed while the call was held, so it never left the machine.
    if (request.socket.destroyed) return;
    const headers = { ...request.headers, host: `${hostname}:${port}` };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      send({ hostname, port, method, path, headers }, resolve).once('error', reject).end(body);
    });
    const content = await buffer(answer);
    if (trap?.when === 'after') await caught(trap);
    if (request.socket.destroyed) return;
    response.writeHead(answer.statusCode ?? 502, answer.headers).end(content);
  }

  const server = createServer((request, response) => {
    pass(request, response).catch(() => request.socket.destroy());
  });
  const ownPort = await listenOnLoopback(server);

  return {
    url: `http://127.0.0.1:${ownPort}`,
    hold(when, match) {
      let release = (): void => undefined;
      let arrive = (): void => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      const reached = new Promise<void>((resolve) => (arrive = resolve));
      traps.push({ when, match, arrive, released });
      return { reached, release };
    },
    close: () => closeServer(server),
  };
}

async function caught({ arrive, released }: Trap): Promise<void> {
  arrive();
  await released;
}

function fits(match: CallMatch, method: string, path: string, body: string): boolean {
  return match.method === method && match.path.test(path) && (match.body?.test(body) ?? true);
}
