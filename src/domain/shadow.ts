/** Funnels in shadow: what they would have done with a purchase, as far as it is known without asking Dodo. */
import { unavailable } from './availability.js';
import type { Catalog, Funnel } from './offers.js';
import { allFunnelsInOrder, explain, type Facts } from './rules/match.js';
import type { ActionKind, ShadowBlocker, TriggerType } from './words.js';

/** What the live funnels did with a purchase or trigger. */
export interface LiveResult {
  /** The funnel after which no other was tried: it showed its offer, begins with a wait, or held the customer out. */
  decidedBy?: string;
  /** Whether that funnel shows an offer, now or after its wait. */
  shows: boolean;
}

/** Why a funnel would not have been shown. The detail is for operators. */
export interface Blocked {
  blocked: ShadowBlocker;
  detail: string;
}

/** What a funnel in shadow would have shown. Minor units. */
export interface WouldShow {
  offerId: string;
  productId: string;
  actionKind: ActionKind;
  currency: string;
  dueNow: number;
}

/**
 * Returns why a funnel in shadow would not have been shown for a purchase; undefined if only Dodo can tell. Its rule is
 * checked as for a live funnel, and a live funnel that is tried before it goes first.
 */
export function firstGlance(
  catalog: Catalog,
  trigger: TriggerType,
  funnel: Funnel,
  { facts, live, now }: { facts: Facts; live: LiveResult; now: Date },
): Blocked | undefined {
  const mismatch = mismatchOf(funnel, facts);
  if (mismatch !== undefined) return { blocked: 'no_matching_funnel', detail: mismatch };
  const off = unavailable(`funnel ${funnel.id}`, funnel, now);
  if (off) return { blocked: off.reason, detail: off.detail };
  const order = allFunnelsInOrder(catalog, trigger).map(({ id }) => id);
  const { decidedBy } = live;
  const isAhead = decidedBy !== undefined && order.slice(0, order.indexOf(funnel.id)).includes(decidedBy);
  return isAhead ? { blocked: 'outranked', detail: `funnel ${decidedBy} is tried before it` } : undefined;
}

/** Returns why the rule of a funnel cannot hold, whatever is still unknown. */
function mismatchOf({ when, freePurchases }: Funnel, facts: Facts): string | undefined {
  const { failed } = explain(when, facts);
  if (failed !== undefined) return failed;
  return facts.amount === 0 && !freePurchases
    ? 'nothing was paid, and the funnel does not say free_purchases'
    : undefined;
}
