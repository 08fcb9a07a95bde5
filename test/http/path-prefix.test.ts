/** The API behind a reverse proxy that serves it under a path and takes that path off. */
import { createServer, request } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { closeServer, listenOnLoopback } from '../support/loopback.js';
import { BACKEND, aRecord, scriptedApp } from './scripted-api.js';
import { serve } from './serve.js';

const PREFIX = '/shop/offers';

/** Passes requests under the prefix on, as `location /shop/offers/ { proxy_pass http://api/; }` does. */
async function behindPrefix(): Promise<string> {
  const api = await serve(scriptedApp({ answer: { kind: 'unanswered' } }, []));
  const proxy = createServer((req, res) => {
    if (!req.url?.startsWith(`${PREFIX}/`)) return void res.writeHead(404).end();
    const headers = { ...req.headers, 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' };
    const target = request(api + req.url.slice(PREFIX.length), { method: req.method, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    req.pipe(target);
  });
  const port = await listenOnLoopback(proxy);
  onTestFinished(() => closeServer(proxy));
  return `http://127.0.0.1:${port}${PREFIX}`;
}

it('the API answers behind a path prefix: reads, clicks, problems and webhooks', async () => {
  const url = await behindPrefix();
  const headers = { Authorization: `Bearer ${BACKEND}`, 'Content-Type': 'application/json' };
  const read = await fetch(`${url}/api/presentations/${aRecord().id}`, { headers });
  expect(read.status).toBe(200);
  const click = await fetch(`${url}/api/presentations/${aRecord().id}/accept`, {
    method: 'POST',
    headers,
    body: '{}',
  });
  expect([200, 202]).toContain(click.status);
  const unknown = await fetch(`${url}/api/nothing`, { headers });
  expect(await unknown.json()).toMatchObject({ status: 404, code: 'unknown_route' });
  const webhook = await fetch(`${url}/webhooks/dodo`, { method: 'POST', body: '{}' });
  expect(await webhook.json()).toMatchObject({ status: 401, code: 'invalid_signature' });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});
