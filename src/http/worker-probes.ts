/** The probes and metrics of a worker, which has no API. */
import type { RequestListener, ServerResponse } from 'node:http';
import { registry } from '../metrics.js';
import { readiness, type Reached } from './readiness.js';

/**
 * Creates what serves `/healthz`, `/readyz` and `/metrics`.
 *
 * @param worker `isRunning` is false while the worker starts or stops: it is not ready then
 */
export function workerProbes(worker: Reached & { isRunning(): boolean }): RequestListener {
  const routes: Record<string, (res: ServerResponse) => Promise<void>> = {
    '/healthz': (res) => Promise.resolve(json(res, 200, { status: 'ok' })),
    '/readyz': async (res) => {
      const found = await readiness(worker);
      const status = worker.isRunning() ? found.status : 'not_ready';
      json(res, status === 'not_ready' ? 503 : 200, { ...found, status });
    },
    '/metrics': async (res) => {
      const text = await registry.metrics();
      res.writeHead(200, { 'Content-Type': registry.contentType }).end(text);
    },
  };
  return (req, res) => {
    const answer = routes[req.url ?? ''];
    if (answer) answer(res).catch(() => res.writeHead(500).end());
    else res.writeHead(404).end();
  };
}

function json(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
