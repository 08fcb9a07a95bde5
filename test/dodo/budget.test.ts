import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createBudget, withPurpose, type Budget, type Purpose } from '../../src/dodo/budget.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const SECOND = 1_000;

/** Counts the requests of one work that were sent. */
function send(budget: Budget, purpose: Purpose, times: number, signal?: AbortSignal) {
  const sent = { count: 0, failed: [] as unknown[] };
  withPurpose(purpose, async () => {
    for (let n = 0; n < times; n += 1) {
      await budget.take(signal);
      sent.count += 1;
    }
  }).catch((error: unknown) => sent.failed.push(error));
  return sent;
}

it('sends no more in any minute than the limit', async () => {
  const budget = createBudget(240);
  const sent = Array.from({ length: 100 }, () => send(budget, 'money', 10));
  const total = () => sent.reduce((sum, { count }) => sum + count, 0);
  await vi.advanceTimersByTimeAsync(60 * SECOND);
  expect(total()).toBeGreaterThan(230);
  expect(total()).toBeLessThanOrEqual(240);
  const before = total();
  await vi.advanceTimersByTimeAsync(60 * SECOND);
  expect(total() - before).toBeLessThanOrEqual(240);
});

it('charges within moments while hundreds of offers and renewals wait', async () => {
  const budget = createBudget(240);
  const others = [
    ...Array.from({ length: 1000 }, () => send(budget, 'upkeep', 1)),
    ...Array.from({ length: 200 }, () => send(budget, 'offer', 5)),
  ];
  await vi.advanceTimersByTimeAsync(30 * SECOND);
  expect(others.some(({ count }) => count === 0)).toBe(true);
  const click = send(budget, 'money', 4);
  const proof = send(budget, 'proof', 2);
  await vi.advanceTimersByTimeAsync(SECOND);
  expect([click.count, proof.count]).toEqual([4, 2]);
});

it('finishes the work that began first, instead of all of them too late', async () => {
  const budget = createBudget(60);
  const works = Array.from({ length: 20 }, () => send(budget, 'offer', 5));
  await vi.advanceTimersByTimeAsync(20 * SECOND);
  const counts = works.map(({ count }) => count);
  expect(counts.slice(0, 2)).toEqual([5, 5]);
  expect(counts.at(-1)).toBeLessThan(5);
});

it('lets nobody send while Dodo refuses', async () => {
  const budget = createBudget(240);
  budget.pause(10 * SECOND);
  const click = send(budget, 'money', 1);
  await vi.advanceTimersByTimeAsync(9 * SECOND);
  expect(click.count).toBe(0);
  await vi.advanceTimersByTimeAsync(2 * SECOND);
  expect(click.count).toBe(1);
});

it('says of a request that waited too long that it was not sent', async () => {
  const budget = createBudget(240);
  budget.pause(60 * SECOND);
  const abort = new AbortController();
  const click = send(budget, 'money', 1, abort.signal);
  abort.abort();
  await vi.advanceTimersByTimeAsync(61 * SECOND);
  expect(click).toMatchObject({ count: 0, failed: [{ code: 'DODO_BUDGET_SPENT' }] });
});
