/**
 * Replays recorded purchases and triggers against another catalog. Pure. Only the rules can be replayed: whether the
 * customer had a payment method, and what the offer would have cost, is not recorded.
 */
import type { ReasonCode, TriggerType } from '../domain/words.js';
import { explain, funnelsInOrder, shadowFunnels, type Facts } from '../domain/rules/match.js';
import type { Catalog, Funnel, Offer, Schedule } from '../domain/offers.js';
import { offerIdsOf } from '../domain/funnel.js';

/** A recorded evaluation. */
export interface Evaluated {
  purchaseId: string;
  trigger: TriggerType;
  /** RFC 3339. */
  at: string;
  facts: Facts;
  /** The funnel that was shown. */
  funnelId?: string;
  /** Why no funnel was shown. */
  reason?: ReasonCode;
  considered?: { funnelId: string; reason?: ReasonCode }[];
}

/** The funnel a customer saw, or the reason why there was none. */
export type Seen = { funnelId: string } | { reason: ReasonCode };

export interface Replayed {
  purchaseId: string;
  before: Seen;
  after: Seen;
  /** Funnels ahead of `after` that might have matched, with the facts that were not looked up. */
  open: { funnelId: string; unknown: string[] }[];
  /** Funnels in shadow that would have matched. */
  shadows: string[];
}

export interface WhatIf {
  total: number;
  /** How many would have had a different result, as far as the records can tell. */
  changed: number;
  /** The most frequent first. */
  rows: { before: Seen; after: Seen; count: number; examples: string[] }[];
  /** Facts that were not looked up, with the funnels that need them. */
  unknown: { funnelId: string; facts: string[]; count: number }[];
  /** Funnels in shadow, with how often they would have matched; they show nothing. */
  shadows: { funnelId: string; count: number }[];
}

/** Reasons that lie with the customer, which another catalog does not change. */
const CUSTOMER_REASONS = new Set<ReasonCode>([
  'no_payment_method',
  'method_expired',
  'offer_already_open',
  'already_owned',
  'declined_before',
]);

const EXAMPLES = 3;

export function whatIf(catalog: Catalog, evaluated: readonly Evaluated[]): WhatIf {
  const rows = new Map<string, WhatIf['rows'][number]>();
  const unknown = new Map<string, WhatIf['unknown'][number]>();
  const inShadow = new Map<string, number>();
  let changed = 0;
  for (const one of evaluated) {
    const { purchaseId, before, after, open, shadows } = replay(catalog, one);
    for (const id of shadows) inShadow.set(id, (inShadow.get(id) ?? 0) + 1);
    const key = `${seenInWords(before)} -> ${seenInWords(after)}`;
    if (seenInWords(before) !== seenInWords(after)) changed += 1;
    const row = rows.get(key) ?? { before, after, count: 0, examples: [] };
    row.count += 1;
    if (row.examples.length < EXAMPLES) row.examples.push(purchaseId);
    rows.set(key, row);
    for (const { funnelId, unknown: facts } of open) {
      const missing = `${funnelId} ${facts.join()}`;
      const known = unknown.get(missing) ?? { funnelId, facts, count: 0 };
      known.count += 1;
      unknown.set(missing, known);
    }
  }
  const byCount = (one: { count: number }, other: { count: number }) => other.count - one.count;
  return {
    total: evaluated.length,
    changed,
    rows: [...rows.values()].sort(byCount),
    unknown: [...unknown.values()].sort(byCount),
    shadows: [...inShadow].map(([funnelId, count]) => ({ funnelId, count })).sort(byCount),
  };
}

/** Returns what one purchase or trigger would have led to. */
export function replay(catalog: Catalog, evaluated: Evaluated): Replayed {
  const shadows = shadowFunnels(catalog, evaluated.trigger)
    .filter(
      (funnel) =>
        explain(funnel.when, evaluated.facts).holds && !closedAt(catalog, funnel, Date.parse(evaluated.at)),
    )
    .map(({ id }) => id);
  return { ...replayLive(catalog, evaluated), shadows };
}

function replayLive(catalog: Catalog, evaluated: Evaluated): Omit<Replayed, 'shadows'> {
  const { purchaseId, trigger, facts, at, reason, considered = [] } = evaluated;
  const before: Seen =
    evaluated.funnelId === undefined
      ? { reason: reason ?? 'no_matching_funnel' }
      : { funnelId: evaluated.funnelId };
  const open: Replayed['open'] = [];
  let refused: ReasonCode | undefined;
  for (const funnel of funnelsInOrder(catalog, trigger)) {
    const match = explain(funnel.when, facts);
    if (match.failed !== undefined) continue;
    const closed = closedAt(catalog, funnel, Date.parse(at));
    if (closed) {
      refused ??= closed;
      continue;
    }
    if (!match.holds) {
      open.push({ funnelId: funnel.id, unknown: match.unknown });
      continue;
    }
    const then = considered.find(({ funnelId }) => funnelId === funnel.id)?.reason;
    if (then === undefined || !CUSTOMER_REASONS.has(then)) {
      return { purchaseId, before, after: { funnelId: funnel.id }, open };
    }
    refused ??= then;
  }
  const after: Seen = asksForPlan(trigger, facts)
    ? { funnelId: trigger.replace('_', '-') }
    : { reason: refused ?? 'no_matching_funnel' };
  return { purchaseId, before, after, open };
}

export function seenInWords(seen: Seen): string {
  return 'funnelId' in seen ? seen.funnelId : `no offer (${seen.reason})`;
}

/** Returns true for a plan requested by name, which is offered without a funnel. */
function asksForPlan(trigger: TriggerType, { product_id: product }: Facts): boolean {
  return (trigger === 'upgrade_requested' || trigger === 'downgrade_requested') && product !== undefined;
}

/** Returns why a funnel, or every offer of its first step, is closed at the given time. */
function closedAt({ offers }: Catalog, funnel: Funnel, at: number): ReasonCode | undefined {
  const [step] = funnel.steps;
  const first = step ? offerIdsOf(step) : [];
  const reasons = first.map((id) => closed(offers[id], at));
  return closed(funnel, at) ?? (reasons.every(Boolean) ? reasons[0] : undefined);
}

function closed(
  entry: Pick<Offer, 'paused' | 'schedule'> | undefined,
  at: number,
): 'paused' | 'outside_schedule' | undefined {
  if (entry?.paused) return 'paused';
  return isOutside(entry?.schedule, at) ? 'outside_schedule' : undefined;
}

function isOutside({ from, until }: Schedule = {}, at: number): boolean {
  return (from !== undefined && at < Date.parse(from)) || (until !== undefined && at >= Date.parse(until));
}
