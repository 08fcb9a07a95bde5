/** A bare HTTP server in Dodo's place: what goes over the wire is counted, and the answers are as bad as a test wants. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface RawRequest {
  method: string;
  /** With the query. */
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** Called when a request has arrived as a whole. */
export type Answer = (res: ServerResponse, request: RawRequest) => void;

export interface RawServer {
  url: string;
  /** Every request so far, oldest first. */
  requests: RawRequest[];
  /** How the next requests are answered. */
  answer: Answer;
  /** Forgets the requests. */
  clear(): void;
  close(): Promise<void>;
}

/** Listens on a free port of loopback. */
export async function startRawServer(answer: Answer = json(200, {})): Promise<RawServer> {
  const http = createServer((req, res) => {
    void text(req).then((body) => {
      const request = { method: req.method ?? '', path: req.url ?? '', headers: req.headers, body };
      server.requests.push(request);
      server.answer(res, request);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: RawServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    requests: [],
    answer,
    clear() {
      server.requests = [];
    },
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  return server;
}

/** A JSON answer, as Dodo gives them. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (res) => {
    res.writeHead(status, { 'content-type': 'application/json', ...headers });
    res.end(JSON.stringify(body));
  };
}

/** Dodo's way to say no. */
export function refusal(status: number, code: string, headers: Record<string, string> = {}): Answer {
  return json(status, { code, message: code.toLowerCase().replaceAll('_', ' ') }, headers);
}

/** The connection is reset: the caller never learns what became of the request. */
export const reset: Answer = (res) => {
  res.socket?.resetAndDestroy();
};

/** Taken, and never answered. */
export const hang: Answer = () => undefined;

/** The beginning of a good answer, and then nothing more. */
export const truncated: Answer = (res) => {
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  res.write('{"payment_id":"pay_1","session_id":"cks', () => res.socket?.destroy());
};

/** Somebody else's page under a good status, as gateways serve them. */
export const webPage: Answer = (res) => {
  res.writeHead(200, { 'content-type': 'text/html' });
  res.end('<!doctype html><title>We will be right back</title>');
};

/** A URL nobody listens on. */
export async function deadUrl(): Promise<string> {
  const server = await startRawServer();
  await server.close();
  return server.url;
}
