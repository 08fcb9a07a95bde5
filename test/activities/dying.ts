/** Stops work between any two of its effects, as `kill -9` does. */
import type { ActivityContext } from '../../activities/context.js';

/** A context whose process dies once a number of calls to the ledger, Dodo and runs have had their effect. */
export function dyingAfter(calls: number, alive: ActivityContext) {
  let left = calls;
  let dead = false;
  const mortal = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, name) {
        const value: unknown = Reflect.get(of, name);
        if (typeof value === 'object' && value !== null) return mortal(value);
        if (typeof value !== 'function') return value;
        return async (...given: unknown[]) => {
          if (dead) throw new Error('The process is dead.');
          const answer: unknown = await Reflect.apply(value, of, given);
          left -= 1;
          dead = left <= 0;
          if (dead) throw new Error('The process dies.');
          return answer;
        };
      },
    });
  const { ledger, dodo, runs: temporal } = alive;
  const { payments, refunds, subscriptions } = dodo;
  const context = {
    ...alive,
    ledger: mortal(ledger),
    runs: mortal(temporal),
    dodo: {
      payments: mortal(payments),
      refunds: mortal(refunds),
      subscriptions: mortal(subscriptions),
    } as ActivityContext['dodo'],
  };
  return { context, hasDied: () => dead };
}
