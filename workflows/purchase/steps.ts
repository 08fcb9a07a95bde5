/**
 * The steps of a funnel, one after another: present an offer, wait for the decision, fulfil it if it was accepted, and go
 * on with the step the decision leads to.
 *
 * Clean-up and notifications go on besides. Their commands and those of this loop are in a fixed order that recorded
 * histories replay, so an `await` more or less in here is a change to the workflow.
 */
import { upsertSearchAttributes } from '@temporalio/workflow';
import type { PresentationRef } from '../../activities/offering/presentation-ref.js';
import type { PurchaseResult } from '../../src/contract/messages.js';
import { searchAttributeKeys as keys } from '../../src/contract/search-attributes.js';
import { stepAfter } from '../../src/domain/funnel.js';
import type { FunnelSnapshot } from '../../src/domain/offers.js';
import { outcomeOf, outcomeOfStep } from '../../src/domain/outcome.js';
import type { Outcome } from '../../src/domain/words.js';
import { iso, type ActivePresentation } from '../presentations/active.js';
import { decideAndFulfil } from './decide.js';
import { finalPatch, finalStatus } from './final-patch.js';
import { presentNext, skippedEntry } from './present.js';
import type { PurchaseRun } from './run.js';
import { guessedRight, offerAttributes } from './search-attributes.js';
import { settle } from './settle.js';
import { startWait, waitUntil, withdrawnWhileWaiting } from './wait.js';

/** Presents the first offer and every one that follows, until the funnel ends, and settles the run. */
export async function presentSteps(
  run: PurchaseRun,
  snapshot: FunnelSnapshot,
  first: { presented: PresentationRef; hasWaited: boolean },
): Promise<PurchaseResult> {
  let { presented, hasWaited } = first;
  let outcome: Outcome | undefined;
  for (;;) {
    const presentation = present(run, snapshot, presented, hasWaited);
    const { decision, result } = await decideAndFulfil(run, presentation, snapshot);
    if (result) presentation.status = finalStatus(result);
    outcome = outcomeOf(outcome, outcomeOfStep(decision, result));
    // An offer that was accepted and not fulfilled ends the funnel.
    const next =
      !result || result.kind === 'fulfilled' ? stepAfter(snapshot, presentation.step, decision) : undefined;
    if (!next) return settle(run, outcome, { presentation, result });

    const step = next.step.id;
    const patch = finalPatch(presentation, result);
    hasWaited = next.step.waitMs !== undefined;
    if (next.step.waitMs !== undefined) {
      const { until } = await startWait(run, snapshot, { step, waitMs: next.step.waitMs }, patch);
      // The customer gets the answer now: the next offer comes later.
      presentation.answered = true;
      run.cleanUp.besides(presentation, result);
      if (!(await waitUntil(run, step, until))) {
        const timeline = withdrawnWhileWaiting(run, step);
        return settle(run, outcomeOf(outcome, 'withdrawn'), { presentation, timeline });
      }
    }
    run.presentations.expect(true);
    const offered = await presentNext(run, snapshot, next, presentation, hasWaited ? undefined : patch);
    if (offered?.kind !== 'presented') {
      const timeline = [skippedEntry(step, offered)];
      return settle(run, outcome, { presentation, result: hasWaited ? undefined : result, timeline });
    }
    // The next offer does not wait for it.
    if (!hasWaited) run.cleanUp.besides(presentation, result);
    presented = offered.presented;
    presentation.nextPresentationId = presented.presentationId;
    presentation.answered = true;
  }
}

/** Opens a presentation, for the customer, operators and the merchant's backend. */
function present(
  run: PurchaseRun,
  snapshot: FunnelSnapshot,
  presented: PresentationRef,
  hasWaited: boolean,
): ActivePresentation {
  const { presentations, outbox, state } = run;
  const presentation = presentations.show(presented);
  const isFirst = presentations.count() === 1;
  if (hasWaited || (isFirst && !guessedRight(run.input, presentation, snapshot))) {
    upsertSearchAttributes([
      ...(hasWaited ? [{ key: keys.OfferState, value: 'open' }] : []),
      ...offerAttributes(presentation, state),
    ]);
  }
  outbox.send('offer.presented', presentation.presentationId);
  run.enter({
    state: 'offering',
    presentationId: presentation.presentationId,
    offerId: presentation.offerId,
    expiresAt: iso(presentation.expiresAt),
  });
  return presentation;
}
