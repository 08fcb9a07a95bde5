/** Invariants about offers: how acceptances end, what may be shown, and what the merchant is told. */
import type { PresentationRecord } from '../../../src/domain/presentation.js';
import { attemptSteps, isCarried } from './attempts.js';
import { groupBy, presentationsOf, type Check, type Evidence } from './evidence.js';

/** 3. Every acceptance ends paid, in an unpaid fallback, or in review. None is silently lost. */
export const noSilentAcceptance: Check = (evidence) => {
  const { runs, answers = [] } = evidence;
  const found: string[] = [];
  const shown = new Map(presentationsOf(evidence).map((one) => [one.id, one]));
  const steps = groupBy(attemptSteps(runs), ({ input }) => input.presentationId);
  const saidYes = answers
    .filter(({ presentationId, said }) =>
      said === 'accepted' ? !cameLate(evidence, shown.get(presentationId)) : said === 'paid',
    )
    .map((one) => one.presentationId);
  const accepted = [...shown.values()].filter(({ decision }) => decision === 'accepted').map(({ id }) => id);
  for (const id of new Set([...accepted, ...steps.keys(), ...saidYes])) {
    const presentation = shown.get(id);
    if (!presentation) {
      found.push(`Presentation ${id} was accepted, and the ledger does not know it.`);
      continue;
    }
    const silence = silenceOf(presentation, () =>
      isCarried(runs, [
        ...(steps.get(id) ?? []).map(({ input }) => input.attemptId),
        // A purchase before its first attempt is carried by its own run.
        `${presentation.workflowId}:${presentation.step}:1`,
      ]),
    );
    if (silence)
      found.push(
        `Presentation ${id} of ${presentation.purchaseId} was accepted and ${silence} ` +
          `(${timesOfClicks(evidence, presentation)}).`,
      );
  }
  for (const { presentationId, said } of answers) {
    const presentation = shown.get(presentationId);
    if (said === 'paid' && presentation && presentation.status !== 'paid')
      found.push(`Presentation ${presentationId} was answered as paid and is ${presentation.status}.`);
    if (said === 'declined' && presentation && presentation.decision !== 'declined')
      found.push(`Presentation ${presentationId} was answered as declined and is ${presentation.status}.`);
  }
  return found;
};

/** Returns the clicks on a presentation that reached its run, whatever their outcome. */
function clicksOn({ runs }: Evidence, { id, workflowId }: PresentationRecord) {
  return runs
    .filter((run) => run.workflowId === workflowId)
    .flatMap(({ signals, updates }) => [...signals, ...updates])
    .filter(({ name, args }) => {
      const named = (args[0] as { presentationId?: string } | undefined)?.presentationId;
      return (name === 'acceptOffer' || name === 'accept') && named === id;
    });
}

/** Says whether all clicks reached the run after the window had ended, because nothing could act on them before. */
function cameLate(evidence: Evidence, presentation: PresentationRecord | undefined): boolean {
  if (!presentation || presentation.decision === 'accepted') return false;
  const clicks = clicksOn(evidence, presentation);
  return clicks.length > 0 && clicks.every(({ at }) => at >= Date.parse(presentation.expiresAt));
}

/** Describes how long before the end of the window clicks reached the run. Negative means after. */
function timesOfClicks(evidence: Evidence, presentation: PresentationRecord): string {
  const end = Date.parse(presentation.expiresAt);
  const times = clicksOn(evidence, presentation).map(
    ({ name, at }) => `${name} ${end - at} ms before its end`,
  );
  return times.join(', ') || 'no click reached its run';
}

/** Says what is wrong with the state of an acceptance, if anything. */
function silenceOf(presentation: PresentationRecord, carried: () => boolean): string | undefined {
  const { status, decision, checkoutUrl } = presentation;
  if (decision !== 'accepted') return `its decision is ${decision ?? 'not recorded'}`;
  switch (status) {
    case 'paid':
    case 'failed':
      return undefined;
    case 'needs_review':
    case 'fallback':
    case 'requires_action':
      if (!carried()) return `is ${status}, but no run waits for it any more`;
      return status !== 'needs_review' && checkoutUrl === undefined
        ? `is ${status} without a link for the customer`
        : undefined;
    default:
      return `is ${status} although nothing is under way`;
  }
}

/** 4. Nothing is shown again after a decline for as long as the catalog says, and no step is shown twice. */
export const nothingShownAfterNo: Check = (evidence) => {
  const found: string[] = [];
  const all = presentationsOf(evidence);
  for (const declined of all.filter(({ decision }) => decision === 'declined')) {
    const quiet = evidence.catalog.offers[declined.offerId]?.afterDecline ?? 'never';
    const since = Date.parse(declined.decidedAt ?? declined.presentedAt);
    const until = quiet === 'never' ? Infinity : since + quiet;
    for (const again of all) {
      const at = Date.parse(again.presentedAt);
      const same = again.customerId === declined.customerId && again.offerId === declined.offerId;
      if (same && again.id !== declined.id && at > since && at < until)
        found.push(
          `Offer ${again.offerId} was shown to ${again.customerId} as ${again.id}, after ${declined.id} was declined.`,
        );
    }
  }
  for (const [step, shown] of groupBy(all, (one) => `${one.workflowId}:${one.step}`)) {
    if (shown.length > 1)
      found.push(`Step ${step} was shown ${shown.length} times: ${shown.map(({ id }) => id).join(', ')}.`);
  }
  for (const { workflowId, result } of presentedBy(evidence)) {
    const before = all.find(({ id }) => id === result.presentationId);
    if (!before)
      found.push(`Run ${workflowId} shows ${result.presentationId}, which the ledger does not know.`);
  }
  return found;
};

function presentedBy({ runs }: Evidence) {
  return runs.flatMap(({ workflowId, activities }) =>
    activities.flatMap(({ type, end }) => {
      if (!end?.ok || (type !== 'evaluate' && type !== 'present')) return [];
      const { presented } = end.value as { presented?: { presentationId: string } };
      return presented ? [{ workflowId, result: presented }] : [];
    }),
  );
}

/**
 * 7. The merchant is told to grant access exactly once for each paid offer, and never for others; and to end it once,
 * when all of its money is back.
 */
export const oneFulfilmentPerPayment: Check = (evidence) => {
  const { told } = evidence;
  if (!told) return [];
  const found: string[] = [];
  // Delivery is at least once, with the same id for repetitions.
  const timesTold = (type: string, id: string) =>
    new Set(told.filter((one) => one.type === type && one.presentationId === id).map((one) => one.id)).size;
  const shown = new Map(presentationsOf(evidence).map((one) => [one.id, one]));
  const granted = told.filter(({ type }) => type === 'offer.fulfilled');
  for (const id of new Set([...shown.keys(), ...granted.map((one) => one.presentationId)])) {
    const times = timesTold('offer.fulfilled', id);
    const { status = 'not in the ledger', paymentId } = shown.get(id) ?? {};
    const expected = status === 'paid' ? 1 : 0;
    if (times !== expected)
      found.push(`Presentation ${id} is ${status}, and offer.fulfilled was sent ${times} times for it.`);
    const ended = timesTold('offer.reversed', id);
    const isOver = status === 'paid' && paymentId !== undefined && isRefunded(evidence, paymentId);
    if (ended !== (isOver ? 1 : 0))
      found.push(
        `Presentation ${id} is ${isOver ? 'refunded as a whole' : 'not refunded as a whole'}, ` +
          `and offer.reversed was sent ${ended} times for it.`,
      );
  }
  return found;
};

/** Checks whether all of a payment is back, by refunds or disputes. */
function isRefunded({ books }: Evidence, paymentId: string): boolean {
  const moved = books.movements.filter((movement) => movement.payment_id === paymentId);
  return moved.length > 1 && moved.reduce((sum, { amount }) => sum + amount, 0) <= 0;
}
