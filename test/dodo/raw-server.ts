/** A bare HTTP server in Dodo's place that counts requests and gives answers as bad as a test wants. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface RawRequest {
  method: string;
  /** Includes the query. */
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** Called when a request has arrived completely. */
export type Answer = (res: ServerResponse, request: RawRequest) => void;

export interface RawServer {
  url: string;
  /** All requests so far, oldest first. */
  requests: RawRequest[];
  /** Answers the next requests. */
  answer: Answer;
  /** Forgets the requests. */
  clear(): void;
  close(): Promise<void>;
}

/** Starts the server on a free loopback port. */
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

/** Answers with JSON, as Dodo does. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (res) => {
    res.writeHead(status, { 'content-type': 'application/json', ...headers });
    res.end(JSON.stringify(body));
  };
}

/** Answers with a refusal in Dodo's form. */
export function refusal(status: number, code: string, headers: Record<string, string> = {}): Answer {
  return json(status, { code, message: code.toLowerCase().replaceAll('_', ' ') }, headers);
}

/** Resets the connection, so that the caller never learns the outcome. */
export const reset: Answer = (res) => {
  res.socket?.resetAndDestroy();
};

/** Accepts the request and never answers. */
export const hang: Answer = () => undefined;

/** Sends the beginning of a good answer, then breaks off. */
export const truncated: Answer = (res) => {
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  res.write('{"payment_id":"pay_1","session_id":"cks', () => res.socket?.destroy());
};

/** Answers with a web page and status 200, as gateways do. */
export const webPage: Answer = (res) => {
  res.writeHead(200, { 'content-type': 'text/html' });
  res.end('<!doctype html><title>We will be right back</title>');
};

/** Returns a URL where nothing listens. */
export async function deadUrl(): Promise<string> {
  const server = await startRawServer();
  await server.close();
  return server.url;
}
