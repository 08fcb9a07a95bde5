import { MockActivityEnvironment } from '@temporalio/testing';
import express from 'express';
import { expect, it } from 'vitest';
import { requestContext } from '../src/http/request-context.js';
import { withIds } from '../src/ids-in-log.js';
import { createLogger } from '../src/log.js';
import { receivingHeaders } from '../src/temporal/propagation.js';
import { serve } from './http/serve.js';

function recorded() {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger('info', {
    write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  });
  return { log, lines };
}

it('every line bears the ids of what it is a part of; what it says itself comes first', async () => {
  const { log, lines } = recorded();
  await withIds({ requestId: 'r-1', purchaseId: 'pay_1' }, async () => {
    await Promise.resolve();
    withIds({ presentationId: 'prs_1' }, () => log.info({ purchaseId: 'pay_2' }, 'within'));
    log.child({ part: 'x' }).info('beside');
  });
  log.info('outside');
  expect(lines).toMatchObject([
    { requestId: 'r-1', presentationId: 'prs_1', purchaseId: 'pay_2' },
    { requestId: 'r-1', purchaseId: 'pay_1', part: 'x' },
    { msg: 'outside' },
  ]);
  expect(lines[1]).not.toHaveProperty('presentationId');
  expect(lines[2]).not.toHaveProperty('requestId');
});

it('requests get an id, keep one that is an id, and their lines say what they are about', async () => {
  const { log, lines } = recorded();
  const app = express();
  app.use(requestContext);
  app.use((_req, res) => {
    log.info('handled');
    res.json({});
  });
  const url = await serve(app);
  const idOf = async (path: string, headers: Record<string, string> = {}) =>
    (await fetch(url + path, { headers })).headers.get('x-request-id');
  expect(await idOf('/api/presentations/prs_1/accept', { 'X-Request-Id': 'my-own-request' })).toBe(
    'my-own-request',
  );
  expect(await idOf('/api/purchases/pay_1')).toMatch(/^[0-9a-f-]{36}$/);
  // It is kept in histories and logs: nothing but an id gets there.
  expect(await idOf('/healthz', { 'X-Request-Id': 'a@example.com, please' })).toMatch(/^[0-9a-f-]{36}$/);
  expect(lines).toMatchObject([
    { requestId: 'my-own-request', presentationId: 'prs_1' },
    { purchaseId: 'pay_1', requestId: expect.any(String) as string },
    { requestId: expect.any(String) as string },
  ]);
});

it('activities log with the run, the purchase and the presentation that they are about', async () => {
  const { log, lines } = recorded();
  const { inbound } = receivingHeaders({
    info: {
      ...new MockActivityEnvironment().context.info,
      workflowExecution: { workflowId: 'purchase/pay_1', runId: '1' },
    },
  } as never);
  const activity = async () => log.info('at work');
  const run = (...args: unknown[]) => inbound?.execute?.({ args, headers: {} }, activity);
  await run({ presentationId: 'prs_1' });
  await run({ attemptId: 'trigger/evt_1:pro:1' });
  await run();
  expect(lines).toMatchObject([
    { run: 'purchase/pay_1', purchaseId: 'pay_1', presentationId: 'prs_1' },
    { attemptId: 'trigger/evt_1:pro:1', purchaseId: 'evt_1' },
    { run: 'purchase/pay_1', purchaseId: 'pay_1' },
  ]);
});
