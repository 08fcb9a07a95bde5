/**
 * The messages that decide a run's presentations. The first decision wins; every later caller is told which one it was.
 * Handlers only record and wait: the main line alone acts.
 */
import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import {
  accept,
  acceptOffer,
  decline,
  declineOffer,
  extend,
  refusal,
  view,
  withdraw,
  withdrawOffer,
  type AcceptRequest,
  type AcceptSignal,
  type DecisionReply,
  type DeclineRequest,
  type DeclineSignal,
  type ExtendRequest,
  type OperatorRequest,
  type ViewRequest,
} from '../../src/contract/messages.js';
import { iso, type ActivePresentation, type DecisionRecord, type Refused } from './active.js';
import { againstAccept, againstDecision, againstExtend, clickedAt } from './rules.js';
import { createPresentationStore, eventually, type Presentations, type PresentationStore } from './store.js';

/**
 * Opens the run's presentations and takes messages about them from now on.
 *
 * @param start `expecting`: an offer is about to appear from the start
 */
export function openPresentations(start: { expecting: boolean }): Presentations {
  const store = createPresentationStore(start);
  handleUpdates(store);
  handleSignals(store);
  return store;
}

function handleUpdates(store: PresentationStore): void {
  const known = (presentationId: string): ActivePresentation =>
    orUnknown(store.find(presentationId), presentationId);

  /** Checks a message before it is let in; if its offer is about to appear, the handler checks it afterwards. */
  function unlessAppearing<R extends { presentationId: string }>(
    check: (request: R) => void,
  ): (request: R) => void {
    return (request) => {
      if (!store.mayAppear(request.presentationId)) check(request);
    };
  }

  const checkAccept = (request: AcceptRequest) =>
    letIn(acceptRefusal(store, known(request.presentationId), request));
  const checkDecline = ({ presentationId, at }: DeclineRequest) =>
    letIn(againstDecision(known(presentationId), 'declined', { at, now: Date.now() }));
  const checkWithdraw = ({ presentationId }: OperatorRequest) =>
    letIn(againstDecision(known(presentationId), 'withdrawn', { now: Date.now() }));

  setHandler(
    accept,
    async (request) => {
      const presentation = orUnknown(await store.appearing(request.presentationId), request.presentationId);
      checkAccept(request);
      // After the fallback another click asks for one retry, with the customer's other payment method.
      if (presentation.status === 'fallback') presentation.retry?.();
      return answer(presentation, store.recordAcceptance(presentation, request));
    },
    {
      validator: unlessAppearing(checkAccept),
      description: 'The customer accepts the offer. Answers when the outcome of the payment is known.',
    },
  );
  setHandler(
    decline,
    async (request) => {
      const presentation = orUnknown(await store.appearing(request.presentationId), request.presentationId);
      checkDecline(request);
      return answer(presentation, store.record(presentation, declinedAt(request.at)));
    },
    {
      validator: unlessAppearing(checkDecline),
      description: 'The customer declines the offer. Answers with the next one, if there is one.',
    },
  );
  setHandler(
    withdraw,
    ({ presentationId, reason }) => {
      const presentation = known(presentationId);
      const withdrawn: DecisionRecord = { kind: 'withdrawn', at: iso(Date.now()), reason };
      return answer(presentation, store.record(presentation, withdrawn));
    },
    { validator: checkWithdraw, description: 'An operator withdraws an open offer. Needs a reason.' },
  );
  setHandler(
    extend,
    ({ presentationId, until }) => {
      const presentation = known(presentationId);
      presentation.expiresAt = Date.parse(until);
      return { expiresAt: iso(presentation.expiresAt) };
    },
    {
      validator: (request: ExtendRequest) =>
        letIn(againstExtend(known(request.presentationId), request, Date.now())),
      description: 'An operator extends the window of an open offer. Needs a reason.',
    },
  );
  setHandler(
    view,
    async ({ presentationId, at }) => {
      const presentation = orUnknown(await store.appearing(presentationId), presentationId);
      presentation.viewedAt ??= iso(clickedAt(at, Date.now()));
      return { viewedAt: presentation.viewedAt };
    },
    {
      validator: unlessAppearing(({ presentationId }: ViewRequest) => void known(presentationId)),
      description: 'The customer has seen the offer.',
    },
  );
}

function handleSignals(store: PresentationStore): void {
  /** Signals get no answer and may be sent by hand: one that is late, wrong or malformed changes nothing. */
  async function bySignal<R extends { presentationId?: string }>(
    sent: R | null | undefined,
    decide: (presentation: ActivePresentation, request: Partial<R>) => void,
  ): Promise<void> {
    if (sent != null && (typeof sent !== 'object' || Array.isArray(sent))) return;
    const request: Partial<R> = sent ?? {};
    const { presentationId } = request;
    const presentation =
      presentationId == null ? await store.coming() : await store.appearing(presentationId);
    if (presentation) decide(presentation, request);
  }

  setHandler(
    acceptOffer,
    (sent) =>
      bySignal<AcceptSignal>(sent, (presentation, request) => {
        if (!acceptRefusal(store, presentation, request)) store.recordAcceptance(presentation, request);
      }),
    { description: 'Accepts without waiting for an answer. Without an id, the open offer is meant.' },
  );
  setHandler(
    declineOffer,
    (sent) =>
      bySignal<DeclineSignal>(sent, (presentation, { at }) => {
        const refused = againstDecision(presentation, 'declined', { at, now: Date.now() });
        if (!refused) store.record(presentation, declinedAt(at));
      }),
    { description: 'Declines without waiting for an answer. Without an id, the open offer is meant.' },
  );
  setHandler(withdrawOffer, (request) => store.withdraw(request?.reason ?? 'withdrawn by signal'), {
    description: 'Ends the open offer, for instance because the purchase was refunded.',
  });
}

/** Waits until there is something to answer, and returns it. */
async function answer(presentation: ActivePresentation, decision: DecisionRecord): Promise<DecisionReply> {
  await eventually(() => presentation.answered || decision.refused === true);
  if (decision.refused) {
    letIn({
      code: refusal.priceChanged,
      message: decision.unreachable
        ? 'The payment provider could not be reached, so nothing was charged. The offer is open again.'
        : 'The price has changed since it was shown.',
      at: iso(Date.now()),
    });
  }
  return {
    presentationId: presentation.presentationId,
    status: presentation.status,
    decision: decision.kind,
    nextPresentationId: presentation.nextPresentationId,
  };
}

function acceptRefusal(
  store: PresentationStore,
  presentation: ActivePresentation,
  request: Partial<AcceptRequest>,
): Refused | undefined {
  return againstAccept(presentation, request, Date.now(), (priceHash) =>
    store.wasPriceBefore(presentation, priceHash),
  );
}

function declinedAt(at: string | undefined): DecisionRecord {
  return { kind: 'declined', at: iso(clickedAt(at, Date.now())) };
}

/** Fails a message about a presentation that this run does not have. */
function orUnknown(presentation: ActivePresentation | undefined, id: string): ActivePresentation {
  return (
    presentation ??
    refuse({ code: refusal.presentationNotFound, message: `This run has no presentation ${id}.` })
  );
}

/** Lets a message in, or fails it with a code of `refusal`. */
function letIn(refused: (Refused & { at?: string }) | undefined): void {
  if (refused) refuse(refused);
}

function refuse({ code, message, won, at }: Refused & { at?: string }): never {
  throw ApplicationFailure.create({
    type: code,
    message,
    nonRetryable: true,
    details: at !== undefined ? [won ?? null, at] : won === undefined ? [] : [won],
  });
}
