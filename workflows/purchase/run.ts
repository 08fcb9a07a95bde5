/** The state of one purchase run: its presentations, payments and messages, and where it stands. */
import { setHandler, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import {
  fulfilmentProgress,
  runState,
  type FulfilmentProgress,
  type PurchaseInput,
  type RunState,
} from '../../src/contract/messages.js';
import { searchAttributeKeys as keys } from '../../src/contract/search-attributes.js';
import { isExceptional, mayReopen } from '../../src/domain/presentation.js';
import type { PresentationStatus } from '../../src/domain/words.js';
import { openReviews, type Reviews } from '../fulfilment/reviews.js';
import { openOutbox, type Outbox } from '../outbox.js';
import { openPaymentInbox, type PaymentInbox } from '../payments.js';
import type { ActivePresentation } from '../presentations/active.js';
import type { Presentations } from '../presentations/store.js';
import { openCleanUp, type CleanUp } from './clean-up.js';
import { describeRun } from './details.js';
import { reviewAttributes } from './search-attributes.js';

export interface PurchaseRun {
  input: PurchaseInput;
  workflowId: string;
  /** RFC 3339. */
  startedAt: string;
  state: RunState;
  presentations: Presentations;
  inbox: PaymentInbox;
  reviews: Reviews;
  outbox: Outbox;
  cleanUp: CleanUp;
  isCancelled(): boolean;
  /** Changes the state of the run, and what operators read of it. */
  enter(change: Partial<RunState>): void;
  /** Moves a presentation to a status that fulfilment has reached, and answers the customer if there is news. */
  report(presentation: ActivePresentation, status: PresentationStatus): void;
  /** Sets how the run of a plan change is asked for one retry. */
  onRetry(ask: () => void): void;
}

/** Opens a run. It takes every other message a run understands from now on. */
export function openRun(
  input: PurchaseInput,
  presentations: Presentations,
  isCancelled: () => boolean,
): PurchaseRun {
  const { workflowId, startTime } = workflowInfo();
  const inbox = openPaymentInbox();
  const reviews = openReviews((id) => presentations.find(id)?.status === 'needs_review');
  const outbox = openOutbox(input);
  const state: RunState = { purchaseId: input.purchaseId, state: 'awaiting_payment' };
  const fellBack = new Set<string>();
  let askForRetry = () => {};

  setHandler(runState, () => ({ ...state, status: presentations.current()?.status }), {
    description: 'The current state of this run.',
  });
  setHandler(fulfilmentProgress, (progress: FulfilmentProgress | null | undefined) => {
    const presentation = progress && presentations.find(progress.presentationId);
    if (!presentation) return;
    report(presentation, progress.status);
    presentation.retry = progress.mayRetry ? () => retry(presentation) : undefined;
  });

  function retry(presentation: ActivePresentation): void {
    presentation.retry = undefined;
    presentation.answered = false;
    presentation.status = 'charging';
    askForRetry();
  }

  function report(presentation: ActivePresentation, status: PresentationStatus): void {
    if (presentation.status === status) return;
    const wasReviewed = presentation.status === 'needs_review';
    presentation.status = status;
    // The customer gets an answer as soon as there is more to say than "charging".
    if (!mayReopen(status)) presentation.answered = true;
    // An ordinary run needs a single upsert, at its end.
    if (isExceptional(status))
      upsertSearchAttributes([
        { key: keys.OfferState, value: status },
        ...reviewAttributes(status, wasReviewed),
      ]);
    if (status === 'fallback' && !fellBack.has(presentation.presentationId)) {
      fellBack.add(presentation.presentationId);
      outbox.send('offer.fallback', presentation.presentationId);
    }
    describeRun(state, presentation);
  }

  return {
    input,
    workflowId,
    startedAt: startTime.toISOString(),
    state,
    presentations,
    inbox,
    reviews,
    outbox,
    cleanUp: openCleanUp(input, inbox),
    isCancelled,
    enter(change) {
      Object.assign(state, change);
      describeRun(state, presentations.current());
    },
    report,
    onRetry(ask) {
      askForRetry = ask;
    },
  };
}
