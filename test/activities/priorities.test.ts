import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createActivities } from '../../activities/index.js';
import { PRIORITY, withPriorities } from '../../activities/priorities.js';
import { createDodo } from '../../src/dodo/client.js';
import { json, startRawServer, type RawServer } from '../dodo/raw-server.js';

let server: RawServer;
beforeAll(async () => {
  server = await startRawServer(json(200, {}));
});
afterEach(() => server.clear());
afterAll(() => server.close());

/** A client whose limit is used up for two minutes. */
function busy() {
  const dodo = createDodo('dodo_test_key', { baseURL: server.url }, 1);
  return { dodo, used: dodo.payments.retrieve('pay_used') };
}

it('an evaluation that would not get its turn is tried again later, and has asked for nothing', async () => {
  const { dodo, used } = busy();
  await used;
  let began = false;
  const { evaluate } = withPriorities(dodo, {
    evaluate: () => {
      began = true;
      return Promise.resolve();
    },
  });
  const failure: unknown = await new MockActivityEnvironment().run(evaluate).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApplicationFailure);
  expect(failure).toMatchObject({ type: 'dodo_busy', nonRetryable: false, nextRetryDelay: 60_000 });
  expect(began).toBe(false);
});

it('a charge answers for itself that it did not get its turn', async () => {
  const { dodo, used } = busy();
  await used;
  const { charge } = withPriorities(dodo, { charge: () => Promise.resolve('not_sent') });
  expect(await new MockActivityEnvironment().run(charge)).toBe('not_sent');
});

it('what moves no money at Dodo needs no turn', async () => {
  const { dodo, used } = busy();
  await used;
  const { settle } = withPriorities(dodo, { settle: () => Promise.resolve('settled') });
  expect(await new MockActivityEnvironment().run(settle)).toBe('settled');
});

it('names only activities that there are', () => {
  const dodo = createDodo('dodo_test_key', { baseURL: server.url });
  const all = createActivities({ dodo } as Parameters<typeof createActivities>[0]);
  expect(Object.keys(all)).toEqual(expect.arrayContaining(Object.keys(PRIORITY)));
});
