/** Sends hand-written HTTP over a socket, as no client library would. */
import { connect } from 'node:net';

export interface RawRequest {
  /** Sent in this order and spelling. A name may occur twice, and a value may contain any byte. */
  headers: [name: string, value: string | Buffer][];
  body: Buffer;
  /** Sends the body in chunks, without a content length. */
  chunked?: boolean;
}

const SECOND = 1000;
const PATIENCE = 20 * SECOND;
const CHUNK_BYTES = 1000;
const STATUS_LINE = /^HTTP\/1\.1 (\d{3}) /;

/**
 * Posts to `url` and returns the status.
 *
 * @throws Error if the connection ends without an answer, or after 20 seconds
 */
export function postRaw(url: string, request: RawRequest): Promise<number> {
  const { hostname, port, pathname } = new URL(url);
  const head = headOf(`POST ${pathname} HTTP/1.1`, `${hostname}:${port}`, request);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    const received: Buffer[] = [];
    const fail = (reason: string) => {
      socket.destroy();
      reject(new Error(reason));
    };
    socket.setTimeout(PATIENCE, () => fail(`No answer within ${PATIENCE / SECOND} s.`));
    socket.on('data', (data) => {
      received.push(data);
      const status = STATUS_LINE.exec(Buffer.concat(received).toString('latin1'))?.[1];
      if (status === undefined) return;
      // A server that refuses early may never read the rest of the body.
      resolve(Number(status));
      socket.destroy();
    });
    socket.once('error', ({ message }) => fail(message));
    socket.once('close', () => fail('The connection was closed without an answer.'));
    socket.write(head);
    socket.write(request.chunked ? inChunks(request.body) : request.body);
  });
}

function headOf(requestLine: string, host: string, { headers, body, chunked }: RawRequest): Buffer {
  const length: [string, string] = chunked
    ? ['transfer-encoding', 'chunked']
    : ['content-length', String(body.length)];
  const lines = [['host', host] as const, ['connection', 'close'] as const, ...headers, length].flatMap(
    ([name, value]) => [Buffer.from(`${name}: `), Buffer.from(value as string), Buffer.from('\r\n')],
  );
  return Buffer.concat([Buffer.from(`${requestLine}\r\n`), ...lines, Buffer.from('\r\n')]);
}

function inChunks(body: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let from = 0; from < body.length; from += CHUNK_BYTES) {
    const piece = body.subarray(from, from + CHUNK_BYTES);
    pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
  }
  return Buffer.concat([...pieces, Buffer.from('0\r\n\r\n')]);
}
