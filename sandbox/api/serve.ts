import { timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Engine } from '../engine.js';
import { ApiError, notFound } from '../errors.js';
import type { Fault } from '../faults.js';
import { faultBody } from '../faults.js';
import { businessPolicy } from '../policy.js';
import { newId } from '../state/ids.js';
import type { Outbox, World } from '../world.js';
import { emptyOutbox } from '../world.js';
import type { Reply, Route } from './route.js';

const DEFAULT_DELAY_MS = 1000;
const DEFAULT_LATE_COMMIT_MS = 250;

/** Serves one of Dodo's routes in this order: key, faults, effect on the books, log, response, webhooks. */
export function serve(engine: Engine, route: Route, apiKey: string): RequestHandler {
  return async (request, response) => {
    setServiceHeaders(engine, response);
    const refusal = keyRefusal(engine.world, request, apiKey);
    if (refusal) {
      const reply = errorReply(refusal);
      log(engine, request, reply.status, null);
      await engine.durable();
      send(response, reply);
      return;
    }
    const call = { method: request.method, path: request.path, body: request.body as unknown };
    const fault = engine.faults.take(call);
    if (fault) await serveFaulty(engine, route, request, response, fault);
    else await serveWell(engine, route, request, response);
  };
}

const MINUTE = 60_000;

/** Sets what every answer of Dodo says: its clock, and how much of the rate limit is left. */
function setServiceHeaders(engine: Engine, response: Response): void {
  const { clockSkewMs, requestsPerMinute } = businessPolicy(engine.world);
  const now = Date.now();
  const minute = Math.floor(now / MINUTE);
  const used = minute === engine.rate.minute ? engine.rate.used + 1 : 1;
  engine.rate = { minute, used };
  response.set({
    date: new Date(now + clockSkewMs).toUTCString(),
    'x-ratelimit-limit': String(requestsPerMinute),
    'x-ratelimit-remaining': String(Math.max(0, requestsPerMinute - used)),
    'x-ratelimit-reset': String(Math.ceil(((minute + 1) * MINUTE) / 1000)),
  });
}

async function serveWell(engine: Engine, route: Route, request: Request, response: Response): Promise<void> {
  const { reply, outbox } = perform(engine, route, request);
  log(engine, request, reply.status, null);
  await engine.durable();
  whenAnswered(request, response, () => void engine.release(outbox));
  send(response, reply);
}

/** Calls back once, when the response was sent or the caller hung up. */
export function whenAnswered(request: Request, response: Response, callback: () => void): void {
  let called = false;
  function once(): void {
    if (called) return;
    called = true;
    callback();
  }
  response.once('close', once);
  // If the caller hung up before the response was ready, no close event follows.
  if (request.socket.destroyed) once();
}

async function serveFaulty(
  engine: Engine,
  route: Route,
  request: Request,
  response: Response,
  fault: Fault,
): Promise<void> {
  if (fault.kind === 'status_before' || fault.kind === 'drop_before' || fault.kind === 'late_commit') {
    const status = fault.kind === 'status_before' ? (fault.status ?? 500) : null;
    log(engine, request, status, fault.kind);
    await engine.durable();
    if (fault.kind === 'late_commit') {
      engine.later(fault.delayMs ?? DEFAULT_LATE_COMMIT_MS, async () => {
        const { outbox } = perform(engine, route, request);
        await engine.durable();
        await engine.release(outbox);
      });
    }
    if (status === null) request.socket.destroy();
    else sendFaultStatus(response, fault);
    return;
  }
  const { reply, outbox } = perform(engine, route, request);
  log(engine, request, answeredStatus(fault, reply), fault.kind);
  await engine.durable();
  const released = engine.release(outbox);
  switch (fault.kind) {
    case 'status_after':
      sendFaultStatus(response, fault);
      return;
    case 'drop_after':
      request.socket.destroy();
      return;
    case 'html_200':
      response
        .status(200)
        .type('html')
        .send('<!doctype html><title>Please wait</title><h1>Checking your browser</h1>');
      return;
    case 'truncate':
      truncate(response, reply);
      return;
    case 'delay':
      engine.later(fault.delayMs ?? DEFAULT_DELAY_MS, async () => {
        send(response, reply);
        await Promise.resolve();
      });
      return;
    case 'webhook_first':
      await released;
      send(response, reply);
      return;
  }
}

function answeredStatus(fault: Fault, reply: Reply): number | null {
  if (fault.kind === 'drop_after') return null;
  if (fault.kind === 'status_after') return fault.status ?? 500;
  return fault.kind === 'html_200' ? 200 : reply.status;
}

/** Applies the route's effect on the books, all or nothing, and returns its response. */
function perform(engine: Engine, route: Route, request: Request): { reply: Reply; outbox: Outbox } {
  try {
    const params = request.params as Record<string, string>;
    const body = (request.body ?? {}) as unknown;
    assertNoneHidden(engine.world, [...Object.values(params), (body as { payment_id?: unknown }).payment_id]);
    const { value, outbox } = engine.execute(() =>
      route.run(engine.world, { params, query: request.query, body }),
    );
    return { reply: value, outbox };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { reply: errorReply(error), outbox: emptyOutbox() };
  }
}

/** Objects hidden from this key are 404 in a path, and as the payment of a refund. */
function assertNoneHidden(world: World, ids: unknown[]): void {
  for (const id of ids) if (typeof id === 'string' && world.reads.isHidden(id)) throw notFound('Object', id);
}

export function errorReply({ status, code, message }: ApiError): Reply {
  return { status, body: { code, message } };
}

/** Returns why the key does not allow a call: 401 for a wrong or rejected one, 403 for a read-only one that writes. */
function keyRefusal(world: World, request: Request, apiKey: string): ApiError | undefined {
  const policy = businessPolicy(world).apiKey;
  if (!isAuthorized(request, apiKey) || policy === 'rejected') {
    return new ApiError(401, 'UNAUTHORIZED', 'You are not authorised to perform this action');
  }
  return policy === 'read_only' && request.method !== 'GET'
    ? new ApiError(403, 'FORBIDDEN', 'This API key can only read')
    : undefined;
}

function isAuthorized(request: Request, apiKey: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '');
  const expected = Buffer.from(`Bearer ${apiKey}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function log(engine: Engine, request: Request, status: number | null, fault: string | null): void {
  const retries = request.headers['x-stainless-retry-count'];
  engine.logRequest({
    id: newId('req'),
    at: new Date().toISOString(),
    method: request.method,
    path: request.path,
    query: request.query,
    body: (request.body ?? null) as unknown,
    retry_count: typeof retries === 'string' ? Number(retries) : null,
    status,
    fault,
  });
}

export function send(response: Response, { status, body }: Reply): void {
  if (body === undefined) response.status(status).end();
  else response.status(status).json(body);
}

function sendFaultStatus(response: Response, fault: Fault): void {
  if (fault.retryAfter !== undefined) response.set('retry-after', String(fault.retryAfter));
  response.status(fault.status ?? 500).json(faultBody(fault));
}

/** Announces the whole length and sends half of it. */
function truncate(response: Response, { status, body }: Reply): void {
  const text = Buffer.from(JSON.stringify(body ?? {}));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': text.length });
  response.write(text.subarray(0, Math.floor(text.length / 2)), () => response.socket?.destroy());
}
