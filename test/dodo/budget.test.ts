import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createBudget,
  DodoBusyError,
  withPriority,
  type Budget,
  type Priority,
} from '../../src/dodo/budget.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

let sent: { what: string; at: number }[];
beforeEach(() => {
  sent = [];
});

interface Sending {
  what: string;
  requests: number;
  patience: number;
}

/** Sends some requests, one after the other, as work of a priority. */
function work(
  budget: Budget,
  priority: Priority,
  { what = priority, requests = 1, patience = Infinity }: Partial<Sending> = {},
) {
  return withPriority(priority, patience, async () => {
    for (let n = 0; n < requests; n += 1) {
      await budget.take();
      sent.push({ what, at: performance.now() });
    }
  });
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const requestsOf = (what: string) => sent.filter((one) => one.what === what);

describe('the limit', () => {
  it('holds in every minute, from the first one on', async () => {
    const budget = createBudget({ perMinute: 240 });
    for (let n = 0; n < 1_000; n += 1) void work(budget, 'sweep');
    await pass(6 * MINUTE);
    expect(sent).toHaveLength(1_000);
    for (const { at } of sent) {
      const inMinute = sent.filter((one) => one.at >= at && one.at < at + MINUTE);
      expect(inMinute.length).toBeLessThanOrEqual(240);
    }
  });

  it('is used up: at least 200 requests a minute go through', async () => {
    const budget = createBudget({ perMinute: 240 });
    for (let n = 0; n < 1_000; n += 1) void work(budget, 'offer');
    await pass(MINUTE);
    expect(sent.length).toBeGreaterThanOrEqual(200);
  });

  it.each([1, 2, 7])('of %i a minute lets requests through', async (perMinute) => {
    const budget = createBudget({ perMinute });
    for (let n = 0; n < 3; n += 1) void work(budget, 'offer');
    await pass(8 * MINUTE);
    expect(sent).toHaveLength(3);
  });

  it('is none by default', async () => {
    const budget = createBudget();
    for (let n = 0; n < 1_000; n += 1) void work(budget, 'sweep');
    await pass(0);
    expect(sent).toHaveLength(1_000);
  });

  it('is shared with other processes: what Dodo says is left counts', async () => {
    const budget = createBudget({ perMinute: 240 });
    budget.learn(0);
    void work(budget, 'money');
    await pass(100);
    expect(sent).toHaveLength(0);
    await pass(SECOND);
    expect(sent).toHaveLength(1);
  });
});

describe('priorities', () => {
  it('with 1,000 renewals and 200 purchases waiting, a click is charged within five seconds', async () => {
    const budget = createBudget({ perMinute: 240 });
    for (let n = 0; n < 1_000; n += 1) void work(budget, 'offer', { what: 'renewal' });
    for (let n = 0; n < 200; n += 1) void work(budget, 'offer', { what: 'purchase', requests: 6 });
    for (let n = 0; n < 10; n += 1) void work(budget, 'sweep', { requests: 20 });
    await pass(MINUTE);
    const clicked = performance.now();
    // The look-up and the preview, then the charge, and the proof of it.
    void work(budget, 'money', { requests: 2 })
      .then(() => withPriority('money', Infinity, () => budget.take(true)))
      .then(() => sent.push({ what: 'charge', at: performance.now() }));
    void work(budget, 'proof', { requests: 2 });
    await pass(5 * SECOND);
    expect(requestsOf('charge')).toHaveLength(1);
    expect(requestsOf('proof')).toHaveLength(2);
    expect((requestsOf('charge')[0]?.at ?? Infinity) - clicked).toBeLessThan(2 * SECOND);
  });

  it('let money go before proofs, proofs before offers, and offers before sweeps', async () => {
    const budget = createBudget({ perMinute: 60 });
    budget.learn(0);
    for (const priority of ['sweep', 'offer', 'proof', 'money'] as const)
      void work(budget, priority, { requests: 3 });
    await pass(MINUTE);
    expect(sent.map(({ what }) => what)).toEqual(
      ['money', 'proof', 'offer', 'sweep'].flatMap((what) => [what, what, what]),
    );
  });

  it('finish what began earlier before more is begun', async () => {
    const budget = createBudget({ perMinute: 60 });
    budget.learn(0);
    for (const what of ['first', 'second']) void work(budget, 'offer', { what, requests: 3 });
    await pass(MINUTE);
    expect(sent.map(({ what }) => what)).toEqual(['first', 'second'].flatMap((what) => [what, what, what]));
  });

  it('leave some requests over for a click', async () => {
    const budget = createBudget({ perMinute: 240 });
    for (let n = 0; n < 100; n += 1) void work(budget, 'offer');
    await pass(0);
    void work(budget, 'money', { requests: 3 });
    await pass(0);
    expect(requestsOf('money')).toHaveLength(3);
  });

  it('are those of the work around, within other work', async () => {
    const budget = createBudget({ perMinute: 60 });
    budget.learn(0);
    void withPriority('sweep', Infinity, () => work(budget, 'money', { what: 'nested' }));
    void work(budget, 'offer');
    await pass(MINUTE);
    expect(sent.map(({ what }) => what)).toEqual(['offer', 'nested']);
  });
});

describe('patience', () => {
  it('is not tried: what cannot be sent in time is refused at once, with when to come again', async () => {
    const budget = createBudget({ perMinute: 60 });
    for (let n = 0; n < 100; n += 1) void work(budget, 'offer');
    await pass(0);
    const refused = await work(budget, 'offer', { patience: 10 * SECOND }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DodoBusyError);
    expect((refused as DodoBusyError).retryAfterMs).toBeGreaterThan(80 * SECOND);
    expect(() => withPriority('offer', SECOND, () => budget.admit())).toThrow(DodoBusyError);
    expect(() => withPriority('proof', 5 * SECOND, () => budget.admit())).not.toThrow();
  });

  it('ends when more urgent requests come in between, and nothing is sent then', async () => {
    const budget = createBudget({ perMinute: 60 });
    budget.learn(0);
    const offer = work(budget, 'offer', { patience: 10 * SECOND }).catch((error: unknown) => error);
    for (let n = 0; n < 30; n += 1) void work(budget, 'money');
    await pass(10 * SECOND);
    expect(await offer).toBeInstanceOf(DodoBusyError);
    await pass(5 * MINUTE);
    expect(requestsOf('offer')).toHaveLength(0);
    expect(budget.waiting('offer')).toBe(0);
  });
});

describe('a refusal of Dodo', () => {
  it('stops everybody for as long as it says, with or without a limit', async () => {
    for (const budget of [createBudget({ perMinute: 240 }), createBudget()]) {
      sent = [];
      budget.pause(20 * SECOND);
      for (const priority of ['money', 'proof', 'offer', 'sweep'] as const) void work(budget, priority);
      await pass(19 * SECOND);
      expect(sent).toHaveLength(0);
      await pass(2 * SECOND);
      expect(sent).toHaveLength(4);
    }
  });

  it('stops nobody for more than a minute', async () => {
    const budget = createBudget();
    budget.pause(60 * MINUTE);
    void work(budget, 'offer');
    await pass(MINUTE);
    expect(sent).toHaveLength(1);
  });

  it('lets no charge be sent that is recorded; it is told at once that nothing was sent', async () => {
    const budget = createBudget();
    budget.pause(5 * SECOND);
    await expect(budget.take(true)).rejects.toBeInstanceOf(DodoBusyError);
  });
});

it('a charge that is recorded does not wait; the next requests pay for it', async () => {
  const budget = createBudget({ perMinute: 60 });
  budget.learn(0);
  await budget.take(true);
  void work(budget, 'money');
  await pass(SECOND);
  expect(sent).toHaveLength(0);
  await pass(2 * SECOND);
  expect(sent).toHaveLength(1);
});
