/** Evaluates and prices funnels in shadow for purchases that were live: reads, and changes nothing at Dodo or in runs. */
import { heartbeat } from '@temporalio/activity';
import { DodoBusyError } from '../../src/dodo/budget.js';
import { readingOnly, ReadingsUsedUpError } from '../../src/dodo/reading-only.js';
import type { Catalog, Funnel } from '../../src/domain/offers.js';
import type { PresentationRecord } from '../../src/domain/presentation.js';
import type { PurchaseView } from '../../src/domain/purchase.js';
import { explain } from '../../src/domain/rules/match.js';
import { pausedBy } from '../../src/domain/pause.js';
import type { ReasonCode } from '../../src/domain/words.js';
import { stepExperiment } from '../../src/experiments/names.js';
import type { Ledger, ShadowResult, WaitingShadows } from '../../src/ledger/index.js';
import type { ActivityContext } from '../context.js';
import { chooseArm, holdouts } from './experiments.js';
import { customerFacts } from './facts.js';
import { prepareOffer } from './prepare-offer.js';
import { offersFor } from './requested-plan.js';
import { situationOfPurchase, situationOfTrigger, type Situation } from './situation.js';
import { subjectOf } from './subject.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** The most requests that all funnels in shadow together send to Dodo: a twelfth of what Dodo takes. */
export const SHADOW_BUDGET = { requests: 100, withinMs: 5 * MINUTE } as const;
/** What one purchase may take; with less left over, none is begun. */
const ENOUGH_FOR_ONE = 25;
/** Of the purchases of a day; older ones would be priced by another day's customer. */
const LONGEST_WAIT = DAY;
const MOST_TRIES = 3;
const MOST_PURCHASES = 100;

export interface ShadowRound {
  /** Purchases that had their turn. */
  purchases: number;
  /** Requests to Dodo. */
  requests: number;
}

export function shadowActivities(context: ActivityContext) {
  const { ledger, log, now } = context;

  return {
    /**
     * Gives purchases that funnels in shadow wait for their turn, the newest first, within the budget of requests.
     *
     * Dodo: reads what an evaluation reads, and previews prices; the client refuses everything else. Ledger: writes the
     * results to the figures of the funnels in shadow, and nothing else.
     * Repeated: goes on with the purchases that are still waiting; heartbeats after each of them.
     *
     * @throws when the ledger cannot be reached
     */
    async evaluateShadows(): Promise<ShadowRound> {
      const at = now().getTime();
      await ledger.giveUpShadows(new Date(at - LONGEST_WAIT).toISOString());
      const sent = await ledger.shadowRequests(new Date(at - SHADOW_BUDGET.withinMs).toISOString());
      let left = SHADOW_BUDGET.requests - sent;
      const round: ShadowRound = { purchases: 0, requests: 0 };
      for (const waiting of await ledger.waitingShadows(MOST_PURCHASES)) {
        if (left < ENOUGH_FOR_ONE) break;
        const { requests, isBusy } = await turnOf(waiting);
        left -= requests;
        round.requests += requests;
        heartbeat(round);
        // Whoever waits for something has more need of the requests.
        if (isBusy) break;
        round.purchases += 1;
      }
      return round;
    },
  };

  async function turnOf(waiting: WaitingShadows): Promise<{ requests: number; isBusy: boolean }> {
    const { purchaseId, tries } = waiting;
    const results: Record<string, ShadowResult> = {};
    const { result, requests } = await readingOnly(ENOUGH_FOR_ONE, () =>
      evaluateFor(context, waiting, results),
    );
    const failure: unknown = result.status === 'rejected' ? result.reason : undefined;
    const isBusy = failure instanceof DodoBusyError;
    if (failure !== undefined && !isBusy)
      log.info({ err: failure, purchaseId }, 'a funnel in shadow could not be evaluated');
    const isOver = failure === undefined || failure instanceof ReadingsUsedUpError || tries + 1 >= MOST_TRIES;
    await ledger.recordShadowTurn({ purchaseId, at: now().toISOString(), requests, results, isOver });
    return { requests, isBusy };
  }
}

/** Evaluates the waiting funnels of one purchase. Those it cannot say anything about get no result. */
async function evaluateFor(
  context: ActivityContext,
  { purchaseId, seenAt, funnelIds }: WaitingShadows,
  results: Record<string, ShadowResult>,
): Promise<void> {
  const view = await context.ledger.purchase(purchaseId);
  const catalog = context.catalog();
  const funnels = catalog.funnels.filter(({ id, mode }) => mode === 'shadow' && funnelIds.includes(id));
  if (!view?.facts || funnels.length === 0) return;
  const then = asOf(context, view, seenAt);
  const situation = await situationOf(then, view);
  for (const funnel of funnels) {
    const result =
      'reason' in situation
        ? blocked(situation.reason, 'Dodo does not say any more that the purchase was paid')
        : await resultOf(then, { view, catalog, funnel, situation });
    if (result) results[funnel.id] = result;
  }
}

/** Returns the world as a funnel in shadow may see it: at the time of the purchase, and without the run's own offers. */
function asOf(context: ActivityContext, { purchase }: PurchaseView, seenAt: string): ActivityContext {
  const { ledger } = context;
  const isOfOthers = (one: PresentationRecord) =>
    one.workflowId !== purchase.workflowId && Date.parse(one.presentedAt) <= Date.parse(seenAt);
  const reads: Partial<Ledger> = {
    purchase: (id) => ledger.purchase(id),
    purchasePaidBy: (paymentId) => ledger.purchasePaidBy(paymentId),
    triggerFacts: (id) => ledger.triggerFacts(id),
    announcedPayment: () => Promise.resolve(undefined),
    attempt: (id) => ledger.attempt(id),
    hasBought: (...about) => ledger.hasBought(...about),
    acceptedAt: (...about) => ledger.acceptedAt(...about),
    catalogOf: (hash) => ledger.catalogOf(hash),
    exposuresOf: (customerId) => ledger.exposuresOf(customerId),
    pauses: () => ledger.pauses(),
    presentation: () => Promise.resolve(undefined),
    limitReached: (showing, limits) =>
      ledger.limitReached({ ...showing, at: seenAt, without: purchase.workflowId }, limits),
    async currentPresentation(customerId, acceptedSince) {
      const current = await ledger.currentPresentation(customerId, acceptedSince);
      return current && isOfOthers(current) ? current : undefined;
    },
  };
  return { ...context, ledger: readable(reads), now: () => new Date(seenAt) };
}

/** Returns a ledger that has these methods only: what an evaluation would write is refused, not forgotten about. */
function readable(reads: Partial<Ledger>): Ledger {
  return new Proxy(reads, {
    get(target, name) {
      if (!(name in target)) throw new Error(`Ledger.${String(name)} is not for funnels in shadow.`);
      return target[name as keyof Ledger];
    },
  }) as Ledger;
}

function situationOf(
  context: ActivityContext,
  { purchase, facts }: PurchaseView,
): Promise<Situation | { reason: ReasonCode }> {
  const { purchaseId, workflowId, trigger, customerId = '', subscriptionId, paymentId } = purchase;
  const run = { workflowId, purchaseId };
  if (trigger === 'purchase') return situationOfPurchase(context, run, paymentId);
  return situationOfTrigger(context, run, { customerId, subscriptionId, productId: askedFor(facts) });
}

function askedFor(facts: PurchaseView['facts']): string | undefined {
  const product = facts?.product_id;
  return typeof product === 'string' ? product : undefined;
}

/** Does what a live evaluation does up to the point where the offer would be opened, for the first step of a funnel. */
async function resultOf(
  context: ActivityContext,
  {
    view,
    catalog,
    funnel,
    situation,
  }: { view: PurchaseView; catalog: Catalog; funnel: Funnel; situation: Situation },
): Promise<ShadowResult | undefined> {
  const { ledger, now } = context;
  const { trigger, purchaseId } = view.purchase;
  const known = view.facts ?? {};
  const subject = subjectOf(situation.subject, funnel, known);
  const { customerId } = subject;
  const facts = { ...known, ...(await customerFacts(context, funnel, subject, known)) };
  const match = explain(funnel.when, facts);
  if (!match.holds)
    return blocked('no_matching_funnel', match.failed ?? `${match.unknown.join(', ')} not known`);

  const [step] = funnel.steps;
  const event = { customerId, productId: askedFor(view.facts) };
  const offers = offersFor(catalog, trigger, event);
  const named = step && offers[step.offer];
  if (!named) return undefined;
  const arm = await chooseArm(context, customerId, named, stepExperiment(funnel.id, step, offers));
  const sold = soldBy(view, arm.offer.action);
  // What the run itself has changed cannot be seen as it was before.
  if (sold === 'plan') return undefined;
  const offer = sold === 'product' ? { ...arm.offer, ifOwned: 'allow' as const } : arm.offer;
  const off = pausedBy(await ledger.pauses(), { offerId: offer.id, funnelId: funnel.id });
  if (off) return blocked(off.reason, off.detail);

  const open = await ledger.currentPresentation(customerId, now().toISOString());
  if (open) return blocked('offer_already_open', `offer ${open.offerId} of ${open.funnelId} was open`);
  const prepared = await prepareOffer(context, {
    offer,
    policy: catalog.policy,
    catalogHash: catalog.hash,
    funnelId: funnel.id,
    step: step.id,
    subject,
  });
  if (prepared.kind === 'not_eligible') return blocked(prepared.reason, prepared.detail);
  const { presentation } = prepared;
  const held = await holdouts(context, catalog.policy, funnel, {
    place: { customerId, purchaseId, catalogHash: catalog.hash, exposedAt: now().toISOString() },
    presentationId: presentation.id,
    askedFor: false,
  });
  if (held.heldOutOf !== undefined)
    return blocked('holdout', `the customer is held out of ${held.heldOutOf}`);
  const { product, price } = presentation;
  return {
    kind: 'reached',
    shows: {
      offerId: offer.id,
      actionKind: offer.action.kind,
      productId: product.id,
      currency: price.currency,
      dueNow: price.dueNow,
    },
  };
}

/** Tells whether the live offers of the same run have sold the product, or changed the plan that is on offer. */
function soldBy({ presentations }: PurchaseView, action: { kind: string; productId?: string }) {
  const accepted = presentations.filter(({ decision }) => decision === 'accepted');
  const isAboutPlan = ['change_plan', 'pause', 'extend_trial'].includes(action.kind);
  if (isAboutPlan)
    return accepted.some(({ subscriptionId }) => subscriptionId !== undefined) ? 'plan' : undefined;
  return accepted.some(({ product }) => product.id === action.productId) ? 'product' : undefined;
}

function blocked(reason: ReasonCode, detail: string): ShadowResult {
  return { kind: 'blocked', blocked: reason, detail };
}
