import { notFound } from '../errors.js';
import type { DeliveryAttempt, DeliveryRow } from '../model.js';
import type { Store } from '../state/store.js';
import type { World } from '../world.js';
import { endpointsFor } from './endpoints.js';
import { signedMessage } from './message.js';
import { seededRandom, shuffled } from './random.js';
import { webhookPolicy } from './settings.js';
import type { WebhookPolicy } from './settings.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Delay before each attempt. A delivery fails for good after the last one. */
const RETRY_DELAYS = [0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];
const ATTEMPT_TIMEOUT = 15 * SECOND;
const REORDER_WINDOW = 50;
const MAX_IN_FLIGHT = 32;

export interface Dispatcher {
  /** Starts delivering new events under the policy. Resolves when each has been attempted once or held back. */
  release(ids: string[]): Promise<void>;
  /** Resumes deliveries that were pending when the sandbox stopped, or held back by a pause. */
  resume(): void;
  /** Attempts every pending delivery at once, paused or not. Resolves to their number. */
  flush(): Promise<number>;
  /** Sends an event once more, whatever its status. Resolves to the attempt. */
  redeliver(id: string): Promise<DeliveryAttempt>;
  /** Resets the policy's random state and all timers. */
  reset(): void;
  close(): Promise<void>;
}

/** Delivers webhooks in the background; the pauses between Dodo's retries are divided by `timeScale`. */
export function startDispatcher(world: World, store: Store, timeScale: number): Dispatcher {
  const timers = new Map<string, NodeJS.Timeout>();
  const attempting = new Map<string, Promise<void>>();
  /** Events waiting for their first attempt: delayed, or to be shuffled. */
  const held = new Set<string>();
  const inFlight = new Set<Promise<unknown>>();
  const waiting: (() => void)[] = [];
  const pauses = new Set<{ end: () => void }>();
  const closing = new AbortController();
  let gathered: { ids: string[]; sent: Promise<void> } | undefined;
  let seed: number | undefined;
  let random = seededRandom(1);

  function pending(id: string): DeliveryRow | undefined {
    const delivery = world.tables.deliveries.get(id);
    return delivery?.status === 'pending' ? delivery : undefined;
  }

  function change(id: string, fields: Partial<DeliveryRow>): void {
    const delivery = world.tables.deliveries.get(id);
    if (delivery) store.transact(() => world.tables.deliveries.put({ ...delivery, ...fields }));
  }

  /** Runs a send within the limit on concurrent ones; close() waits for it. */
  async function track<T>(work: () => Promise<T>): Promise<T> {
    while (inFlight.size >= MAX_IN_FLIGHT && !closing.signal.aborted) {
      await new Promise<void>((resume) => waiting.push(resume));
    }
    const running = work();
    inFlight.add(running);
    try {
      return await running;
    } finally {
      inFlight.delete(running);
      waiting.shift()?.();
    }
  }

  /**
   * Sends the event's current data to every endpoint that wants it. The attempt is accepted when all of them accept it.
   * Never throws: errors are part of the result.
   */
  async function post(delivery: DeliveryRow, extra: boolean): Promise<DeliveryAttempt> {
    const startedAt = Date.now();
    const answers = await Promise.all(
      endpointsFor(world, delivery.type).map((endpoint) => postTo(endpoint, delivery)),
    );
    const answer = answers.find((one) => !isAccepted(one)) ??
      answers[0] ?? { status: null, error: 'No webhook endpoint is set.' };
    return { at: new Date(startedAt).toISOString(), ...answer, duration_ms: Date.now() - startedAt, extra };
  }

  async function postTo(
    { url, key }: { url: string; key: string },
    delivery: DeliveryRow,
  ): Promise<Pick<DeliveryAttempt, 'status' | 'error'>> {
    try {
      const { headers, body } = signedMessage(world, delivery, key);
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(ATTEMPT_TIMEOUT)]);
      const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
      await response.arrayBuffer();
      return { status: response.status, error: null };
    } catch (error) {
      const { cause } = error as { cause?: unknown };
      return { status: null, error: String(cause ?? error) };
    }
  }

  /** Attempts a pending delivery, or joins the attempt already under way. */
  function attempt(id: string): Promise<void> {
    const running = attempting.get(id);
    if (running) return running;
    clearTimeout(timers.get(id));
    timers.delete(id);
    const made = makeAttempt(id).finally(() => attempting.delete(id));
    attempting.set(id, made);
    return made;
  }

  /** Makes one attempt and schedules the next one, if any. */
  async function makeAttempt(id: string): Promise<void> {
    await track(async () => {
      const delivery = pending(id);
      if (!delivery || closing.signal.aborted) return;
      if (endpointsFor(world, delivery.type).length === 0) {
        change(id, { status: 'no_endpoint', next_attempt_at: null });
        return;
      }
      const made = await post(delivery, false);
      // An attempt cut off by close() does not count: it is repeated after a restart.
      const latest = pending(id);
      if (closing.signal.aborted || !latest) return;
      const attempts = [...latest.attempts, made];
      const delivered = isAccepted(made);
      const delay = RETRY_DELAYS[attempts.filter((one) => !one.extra).length];
      if (delivered || delay === undefined) {
        change(id, { attempts, status: delivered ? 'delivered' : 'failed', next_attempt_at: null });
        return;
      }
      const next = Date.now() + delay / timeScale;
      change(id, { attempts, next_attempt_at: new Date(next).toISOString() });
      schedule(id, next);
    });
  }

  /** Sends a delivery and its duplicates. */
  async function send(id: string, copies: number): Promise<void> {
    held.delete(id);
    const original = world.tables.deliveries.get(id);
    await attempt(id);
    if (!original) return;
    for (let copy = 0; copy < copies && !closing.signal.aborted; copy++) {
      const made = await track(() => post(original, true));
      const attempts = world.tables.deliveries.get(id)?.attempts;
      if (attempts && !closing.signal.aborted) change(id, { attempts: [...attempts, made] });
    }
  }

  function schedule(id: string, at: number): void {
    clearTimeout(timers.get(id));
    const timer = setTimeout(
      () => {
        timers.delete(id);
        if (!webhookPolicy(world).paused) void attempt(id);
      },
      Math.max(0, at - Date.now()),
    );
    timers.set(id, timer);
  }

  function numbers(policy: WebhookPolicy): () => number {
    if (policy.seed !== seed) {
      seed = policy.seed;
      random = seededRandom(seed);
    }
    return random;
  }

  function isDropped(policy: WebhookPolicy, type: string): boolean {
    if (policy.drop === 'all') return true;
    if (typeof policy.drop === 'number') return policy.drop > 0 && numbers(policy)() < policy.drop;
    return policy.drop.includes(type);
  }

  /** Adds events to the batch being collected, which is sent shuffled, one by one, when the window closes. */
  function gather(ids: string[]): Promise<void> {
    if (gathered) {
      gathered.ids.push(...ids);
      return gathered.sent;
    }
    const lot = { ids: [...ids], sent: Promise.resolve() };
    lot.sent = pause(REORDER_WINDOW).then(async () => {
      gathered = undefined;
      const policy = webhookPolicy(world);
      for (const id of shuffled(lot.ids, numbers(policy))) await send(id, policy.duplicate);
    });
    gathered = lot;
    return lot.sent;
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wait = {
        end: () => {
          clearTimeout(timer);
          pauses.delete(wait);
          resolve();
        },
      };
      const timer = setTimeout(wait.end, ms);
      pauses.add(wait);
    });
  }

  async function release(ids: string[]): Promise<void> {
    const policy = webhookPolicy(world);
    const kept = ids.filter((id) => {
      const delivery = pending(id);
      if (!delivery || !isDropped(policy, delivery.type)) return delivery !== undefined;
      change(id, { status: 'dropped', next_attempt_at: null });
      return false;
    });
    if (policy.paused || kept.length === 0) return;
    for (const id of kept) held.add(id);
    if (policy.delayMs > 0) await pause(policy.delayMs);
    if (closing.signal.aborted) return;
    if (policy.reorder) await gather(kept);
    else await Promise.all(kept.map((id) => send(id, policy.duplicate)));
  }

  function pendingIds(): string[] {
    return world.tables.deliveries
      .all()
      .filter((delivery) => delivery.status === 'pending')
      .map((delivery) => delivery.id);
  }

  return {
    release,
    resume() {
      if (webhookPolicy(world).paused) return;
      for (const id of pendingIds()) {
        if (held.has(id) || attempting.has(id)) continue;
        const at = world.tables.deliveries.get(id)?.next_attempt_at;
        schedule(id, at == null ? Date.now() : new Date(at).getTime());
      }
    },
    async flush() {
      const ids = pendingIds();
      await Promise.all(ids.map(attempt));
      return ids.length;
    },
    async redeliver(id) {
      const delivery = world.tables.deliveries.get(id);
      if (!delivery) throw notFound('Webhook delivery', id);
      const made = await track(() => post(delivery, true));
      const attempts = [...(world.tables.deliveries.get(id)?.attempts ?? []), made];
      change(id, { attempts, ...(isAccepted(made) ? { status: 'delivered', next_attempt_at: null } : {}) });
      return made;
    },
    reset() {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      held.clear();
      seed = undefined;
    },
    async close() {
      closing.abort();
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      for (const wait of [...pauses]) wait.end();
      for (const resume of waiting.splice(0)) resume();
      await Promise.allSettled(inFlight);
    },
  };
}

function isAccepted({ status }: Pick<DeliveryAttempt, 'status'>): boolean {
  return status !== null && status >= 200 && status < 300;
}
