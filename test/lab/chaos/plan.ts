/** The schedule of a campaign, derived from its seed alone: the same seed gives the same schedule. */
import { seededRandom, shuffled } from '../../../sandbox/webhooks/random.js';
import type { BusinessPolicy, FaultInput, Lag, WebhookPolicy } from '../../../sandbox/index.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export interface CampaignSize {
  seed: number;
  purchases: number;
  /** How long things go wrong. Settling afterwards takes as long as necessary. */
  minutes: number;
}

export type Click = 'accept' | 'double accept' | 'decline' | 'ignore';

export interface PlannedPurchase {
  /** Milliseconds after the start. */
  at: number;
  productId: string;
  /** How the saved card reacts to the one-click charge. The bank's page for 3-D Secure is left or confirmed. */
  card:
    | 'pays'
    | 'declines'
    | 'pays later'
    | 'declines later'
    | '3-D Secure left'
    | '3-D Secure confirmed'
    | '3-D Secure confirmed late'
    | '3-D Secure without a page';
  /** The one-click charge takes another amount than was shown, or another currency. */
  takes?: 'less' | 'more' | 'another currency';
  /** The decisions on the first offer, and on the one that follows a decline. */
  clicks: [Click, Click];
  thinkMs: number;
  /** The fault of the request that charges. */
  fault?: Pick<FaultInput, 'kind' | 'status' | 'delayMs' | 'retryAfter'>;
  paysFallback: boolean;
  /** In the end, Dodo makes another payment with the same metadata. */
  secondPayment?: { session: 'same' | 'none'; less: boolean };
  /** Somebody buys something with the attempt's id in its metadata, and without its proof. */
  stranger?: 'same customer' | 'another customer';
  /** The merchant refunds what was paid for the offer. */
  refund?: 'at once' | 'in two parts';
}

export type Disturbance = { at: number } & (
  | { kind: 'kill worker' | 'kill api' | 'kill temporal'; downMs: number }
  | { kind: 'freeze worker'; forMs: number }
  | { kind: 'crash database' }
  | { kind: 'cut database'; forMs: number }
  | { kind: 'merchant away'; forMs: number }
  | { kind: 'reads fail'; fault: FaultInput }
  | { kind: 'reads lag'; lag: Lag }
  | { kind: 'refunds'; policy: RefundPolicy; fault?: FaultInput }
  | { kind: 'cancellations refused'; fault: FaultInput }
  | { kind: 'webhooks'; policy: Partial<WebhookPolicy> }
);

/** How Dodo treats refunds: at once or after a while, and whether they come to something. */
type RefundPolicy = Pick<BusinessPolicy, 'refunds' | 'refundDelayMs'>;

export interface CampaignPlan {
  durationMs: number;
  purchases: PlannedPurchase[];
  disturbances: Disturbance[];
}

const PRODUCTS = ['prod_starter_course', 'prod_basic_plan', 'prod_single_license', 'prod_team_license'];
const KINDS = [
  'kill worker',
  'kill temporal',
  'webhooks',
  'kill api',
  'crash database',
  'reads fail',
  'refunds',
  'freeze worker',
  'reads lag',
  'cut database',
  'merchant away',
  'cancellations refused',
] as const satisfies Disturbance['kind'][];

/** The average time between two disturbances. */
const GAP = 4 * SECOND;
/** Even a short campaign has every kind. */
const MIN_DISTURBANCES = KINDS.length;

export function planCampaign({ seed, purchases, minutes }: CampaignSize): CampaignPlan {
  const random = seededRandom(seed);
  const durationMs = minutes * MINUTE;
  const moments = (count: number, until: number) =>
    Array.from({ length: count }, () => Math.floor(random() * until)).sort((a, b) => a - b);
  const count = Math.max(MIN_DISTURBANCES, Math.round(durationMs / GAP));
  return {
    durationMs,
    purchases: moments(purchases, durationMs).map((at) => planPurchase(at, random)),
    disturbances: kinds(count, random).map((kind, index) =>
      // In sequence, each somewhere within its share of the time.
      planDisturbance(Math.floor(((index + random()) / count) * durationMs), kind, random),
    ),
  };
}

/** Returns rounds of all kinds, each in a different order. */
function kinds(count: number, random: () => number): Disturbance['kind'][] {
  const rounds = Math.ceil(count / KINDS.length);
  return Array.from({ length: rounds }, () => shuffled([...KINDS], random))
    .flat()
    .slice(0, count);
}

function pick<T>(random: () => number, weighted: readonly [T, number][]): T {
  const total = weighted.reduce((sum, [, weight]) => sum + weight, 0);
  let left = random() * total;
  for (const [value, weight] of weighted) {
    left -= weight;
    if (left < 0) return value;
  }
  return (weighted.at(-1) as [T, number])[0];
}

const between = (random: () => number, from: number, to: number) => Math.round(from + random() * (to - from));

function planPurchase(at: number, random: () => number): PlannedPurchase {
  const click = () =>
    pick<Click>(random, [
      ['accept', 5],
      ['double accept', 2],
      ['decline', 2],
      ['ignore', 1],
    ]);
  return {
    at,
    productId: PRODUCTS[Math.floor(random() * PRODUCTS.length)] ?? '',
    card: pick(random, [
      ['pays', 10],
      ['declines', 3],
      ['pays later', 2],
      ['declines later', 2],
      ['3-D Secure left', 1],
      ['3-D Secure confirmed', 1],
      ['3-D Secure confirmed late', 1],
      ['3-D Secure without a page', 1],
    ]),
    clicks: [click(), click()],
    thinkMs: between(random, 0, SECOND),
    fault: random() < 0.5 ? planFault(random) : undefined,
    paysFallback: random() < 0.6,
    ...(random() < 0.15 && {
      takes: pick(random, [
        ['less', 2],
        ['more', 1],
        ['another currency', 1],
      ]),
    }),
    ...(random() < 0.2 && {
      secondPayment: {
        session: pick(random, [
          ['same', 1],
          ['none', 1],
        ]),
        less: random() < 0.2,
      },
    }),
    ...(random() < 0.15 && {
      stranger: pick(random, [
        ['same customer', 1],
        ['another customer', 1],
      ]),
    }),
    ...(random() < 0.2 && {
      refund: pick(random, [
        ['at once', 1],
        ['in two parts', 2],
      ]),
    }),
  };
}

function planFault(random: () => number): PlannedPurchase['fault'] {
  const kind = pick<FaultInput['kind']>(random, [
    ['drop_before', 1],
    ['drop_after', 2],
    ['status_before', 1],
    ['status_after', 1],
    ['html_200', 1],
    ['truncate', 1],
    ['late_commit', 4],
    ['delay', 1],
    ['webhook_first', 1],
  ]);
  if (kind === 'late_commit' || kind === 'delay') {
    // Some commit within the reconcile window, some long after it.
    return { kind, delayMs: between(random, 500, kind === 'delay' ? 3_000 : 15_000) };
  }
  if (kind === 'status_before') {
    const status = pick(random, [
      [500, 2],
      [429, 1],
      [503, 1],
    ]);
    return { kind, status, ...(status === 429 && { retryAfter: 1 }) };
  }
  return { kind };
}

function planDisturbance(at: number, kind: Disturbance['kind'], random: () => number): Disturbance {
  switch (kind) {
    case 'kill worker':
    case 'kill api':
    case 'kill temporal':
      return { at, kind, downMs: between(random, 100, 2_000) };
    case 'freeze worker':
    case 'cut database':
    case 'merchant away':
      return { at, kind, forMs: between(random, 500, 4_000) };
    case 'crash database':
      return { at, kind };
    case 'reads fail': {
      const status = pick(random, [
        [500, 1],
        [429, 1],
        [503, 1],
      ]);
      const match = { method: 'GET', path: '^/(payments|subscriptions)' };
      return { at, kind, fault: { match, kind: 'status_before', status, times: between(random, 2, 12) } };
    }
    case 'reads lag': {
      const readKind = pick<Lag['kind']>(random, [
        ['payment', 2],
        ['refund', 1],
        ['subscription', 1],
      ]);
      return { at, kind, lag: { kind: readKind, ms: between(random, 500, 5_000) } };
    }
    case 'refunds': {
      const refunds = pick<RefundPolicy['refunds']>(random, [
        ['succeed', 2],
        ['fail', 1],
      ]);
      const policy = { refunds, refundDelayMs: between(random, 0, 4_000) };
      const fault: FaultInput = pick(random, [
        [{ on: 'refund', kind: 'status_before', status: 422 }, 2],
        [{ on: 'refund', kind: 'status_after', status: 500 }, 1],
        [{ on: 'refund', kind: 'drop_after' }, 1],
      ]);
      return {
        at,
        kind,
        policy,
        ...(random() < 0.6 && { fault: { ...fault, times: between(random, 1, 5) } }),
      };
    }
    case 'cancellations refused': {
      const status = pick(random, [
        [409, 2],
        [401, 1],
      ]);
      const times = between(random, 1, 5);
      return { at, kind, fault: { on: 'cancel_subscription', kind: 'status_before', status, times } };
    }
    case 'webhooks':
      return {
        at,
        kind,
        policy: {
          drop: pick(random, [
            [0, 1],
            [0.3, 2],
            [0.6, 1],
          ]),
          duplicate: between(random, 0, 4),
          reorder: random() < 0.5,
          delayMs: between(random, 0, 1_500),
          seed: between(random, 1, 1_000_000),
        },
      };
  }
}
