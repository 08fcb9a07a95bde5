/**
 * The presentations of one run and the messages that decide them. The first decision wins; everybody who
 * comes later is told who won. Handlers only record and wait: the main line alone acts.
 */
import { ApplicationFailure, CancellationScope, condition, setHandler } from '@temporalio/workflow';
import type { Presented } from '../activities/offering/present.js';
import type { Decision, PresentationStatus } from '../src/domain/words.js';
import { choiceIn, isAnotherChoice, modeAt } from './choices.js';
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
} from '../src/contract/messages.js';

interface DecisionRecord {
  kind: Decision;
  at: string;
  consents?: string[];
  /** An operator's, for a withdrawal. */
  reason?: string;
  /** Set when an acceptance is refused after all because the price has moved: the offer is open again. */
  refused?: boolean;
}

/** A presentation as this run keeps it. */
export interface ActivePresentation extends Presented {
  /** The end of the window. Milliseconds since the epoch. */
  expiresAt: number;
  status: PresentationStatus;
  /** What was shown first, where there is something to choose. */
  preselected?: { option?: string; quantity: number };
  decision?: DecisionRecord;
  viewedAt?: string;
  /** Whether there is something to answer the decider with: money moved, a fallback, a link, a next offer. */
  answered: boolean;
  nextPresentationId?: string;
  /** Asks for the charge to be tried once more after a fallback; set while somebody can be asked. */
  retry?: () => void;
}

export interface Presentations {
  current(): ActivePresentation | undefined;
  /**
   * Says that an offer is being prepared (or not any more). The ledger shows it a moment before this run does, so
   * a quick customer's click may come in between: it waits.
   */
  expect(coming: boolean): void;
  show(presented: Presented): ActivePresentation;
  /** Waits for the decision, at most until the window ends, and answers it. */
  decided(shown: ActivePresentation): Promise<DecisionRecord>;
  /** Opens an accepted presentation again at another price: nothing was charged. */
  reopen(shown: ActivePresentation, price: { dueNow: number; priceHash: string }): void;
  find(presentationId: string): ActivePresentation | undefined;
  /** Ends the open offer, or the one that is being prepared. What was accepted goes on. */
  withdraw(reason: string): void;
  /** Why nothing may be offered any more; undefined while something may. */
  over(): string | undefined;
}

/** @param start whether an offer is about to appear from the first moment on */
export function openPresentations(start: { expecting: boolean }): Presentations {
  const all = new Map<string, ActivePresentation>();
  const formerPrices = new Set<string>();
  let current: ActivePresentation | undefined;
  let { expecting } = start;
  /** Why nothing may be offered any more. */
  let over: string | undefined;
  /** Messages that wait for an offer to appear. */
  let waiting = 0;

  const now = () => Date.now();
  /** A click counts from when it was made, if the caller says so; never from the future. */
  const clickedAt = (at?: string) => {
    const given = typeof at === 'string' ? Date.parse(at) : NaN;
    return Number.isNaN(given) ? now() : Math.min(given, now());
  };

  function refuse(type: string, message: string, ...details: unknown[]): never {
    throw ApplicationFailure.create({ type, message, nonRetryable: true, details });
  }

  function known(presentationId: string): ActivePresentation {
    return (
      all.get(presentationId) ??
      refuse(refusal.presentationNotFound, `This run has no presentation ${presentationId}.`)
    );
  }

  async function untilAppeared(holds: () => boolean): Promise<void> {
    waiting += 1;
    await eventually(holds).finally(() => (waiting -= 1));
  }

  /** The open offer, or the one that is about to be. */
  async function coming(): Promise<ActivePresentation | undefined> {
    if (expecting) await untilAppeared(() => !expecting);
    return current;
  }

  async function appearing(presentationId: string): Promise<ActivePresentation> {
    if (expecting && !all.has(presentationId)) {
      await untilAppeared(() => !expecting || all.has(presentationId));
    }
    return known(presentationId);
  }

  /** A check to make before a message is let in; for an offer that is about to appear, it is made afterwards. */
  function unlessAppearing<R extends { presentationId: string }>(
    check: (request: R) => void,
  ): (request: R) => void {
    return (request) => {
      if (!expecting || all.has(request.presentationId)) check(request);
    };
  }

  function check(
    wanted: 'accepted' | 'declined' | 'withdrawn',
    shown: ActivePresentation,
    at?: string,
  ): void {
    const won = shown.decision?.kind;
    if (won === wanted) return;
    if (won === 'expired')
      refuse(refusal.presentationExpired, `The offer expired at ${iso(shown.expiresAt)}.`);
    if (won === 'withdrawn') refuse(refusal.presentationWithdrawn, 'The offer was withdrawn.');
    if (won !== undefined) refuse(refusal.alreadyDecided, `The offer was ${won} before.`, won);
    if (clickedAt(at) > shown.expiresAt) {
      refuse(refusal.presentationExpired, `The offer expired at ${iso(shown.expiresAt)}.`);
    }
  }

  function checkAccept(request: AcceptRequest): void {
    const shown = known(request.presentationId);
    check('accepted', shown, request.at);
    if (shown.decision !== undefined && shown.choices && isAnotherChoice(shown, request)) {
      refuse(refusal.alreadyDecided, 'The offer was accepted before, with another choice.', 'accepted');
    }
    const { priceHash } = request;
    // Whoever names nothing means what was shown first, and the presentation has come to stand for something else.
    const unnamed = priceHash === undefined && request.option === undefined && request.quantity === undefined;
    if (
      shown.decision === undefined &&
      unnamed &&
      shown.preselected &&
      isAnotherChoice(shown, shown.preselected)
    ) {
      refuse(refusal.priceChanged, 'Another choice is shown by now. Name it, or its price.');
    }
    if (shown.decision === undefined && choiceIn(shown, request)) return;
    const other = priceHash !== undefined && priceHash !== shown.priceHash;
    // A price that is none of this offer's so far: the acceptance under way is about to be refused for it. Refused
    // here, before it is let in, so that the same click may be made again when that price is open.
    const next = other && !formerPrices.has(`${shown.presentationId}:${priceHash}`);
    if (next || (other && shown.decision === undefined)) {
      refuse(refusal.priceChanged, 'The price has changed since it was shown.');
    }
  }

  function checkDecline({ presentationId, at }: DeclineRequest): void {
    check('declined', known(presentationId), at);
  }

  /** The first acceptance makes the choice: from then on the presentation stands for it. */
  function recordAcceptance(shown: ActivePresentation, request: Partial<AcceptRequest>): DecisionRecord {
    const chosen = shown.decision === undefined ? choiceIn(shown, request) : undefined;
    if (chosen) {
      formerPrices.add(`${shown.presentationId}:${shown.priceHash}`);
      Object.assign(shown, chosen);
    }
    return record(shown, acceptance(request));
  }

  function record(shown: ActivePresentation, decision: DecisionRecord): DecisionRecord {
    shown.decision ??= decision;
    if (shown.status === 'open') shown.status = decision.kind;
    return shown.decision;
  }

  async function answer(shown: ActivePresentation, decision: DecisionRecord): Promise<DecisionReply> {
    await eventually(() => shown.answered || decision.refused === true);
    if (decision.refused) refuse(refusal.priceChanged, 'The price has changed since it was shown.');
    return {
      presentationId: shown.presentationId,
      status: shown.status,
      decision: decision.kind,
      nextPresentationId: shown.nextPresentationId,
    };
  }

  const acceptance = ({ at, consents }: Partial<AcceptRequest>): DecisionRecord => ({
    kind: 'accepted',
    at: iso(clickedAt(at)),
    consents,
  });

  setHandler(
    accept,
    async (request) => {
      const shown = await appearing(request.presentationId);
      checkAccept(request);
      // After the fallback a further click asks to try again, once, with the customer's other payment method.
      if (shown.status === 'fallback') shown.retry?.();
      return answer(shown, recordAcceptance(shown, request));
    },
    {
      validator: unlessAppearing(checkAccept),
      description: 'The customer accepts the offer. Answers when the money has moved.',
    },
  );
  setHandler(
    decline,
    async (request) => {
      const shown = await appearing(request.presentationId);
      checkDecline(request);
      return answer(shown, record(shown, { kind: 'declined', at: iso(clickedAt(request.at)) }));
    },
    {
      validator: unlessAppearing(checkDecline),
      description: 'The customer declines the offer. Answers with the next one, if there is one.',
    },
  );
  setHandler(
    withdraw,
    (request) => {
      const shown = known(request.presentationId);
      return answer(shown, record(shown, { kind: 'withdrawn', at: iso(now()), reason: request.reason }));
    },
    {
      validator: (request: OperatorRequest) => check('withdrawn', known(request.presentationId)),
      description: 'An operator takes an open offer back. Needs a reason.',
    },
  );
  setHandler(
    extend,
    ({ presentationId, until }) => {
      const shown = known(presentationId);
      shown.expiresAt = Date.parse(until);
      return { expiresAt: iso(shown.expiresAt) };
    },
    {
      validator: ({ presentationId, until }: ExtendRequest) => {
        const shown = known(presentationId);
        if (shown.decision) refuse(refusal.alreadyDecided, `The offer was ${shown.decision.kind} before.`);
        if (!(Date.parse(until) > now())) refuse(refusal.invalid, 'until must be a time in the future.');
      },
      description: 'An operator moves the end of an open offer. Needs a reason.',
    },
  );
  setHandler(
    view,
    async ({ presentationId, at }) => {
      const shown = await appearing(presentationId);
      shown.viewedAt ??= iso(clickedAt(at));
      return { viewedAt: shown.viewedAt };
    },
    {
      validator: unlessAppearing(({ presentationId }: ViewRequest) => void known(presentationId)),
      description: 'The customer has seen the offer.',
    },
  );

  /** Signals have no answer, and may be sent by hand: a late, wrong or malformed one changes nothing. */
  async function bySignal<R extends { presentationId?: string }>(
    sent: R | null | undefined,
    decide: (shown: ActivePresentation, request: Partial<R>) => void,
  ): Promise<void> {
    if (sent != null && (typeof sent !== 'object' || Array.isArray(sent))) return;
    const request: Partial<R> = sent ?? {};
    try {
      const shown = request.presentationId == null ? await coming() : await appearing(request.presentationId);
      if (shown) decide(shown, request);
    } catch (refused) {
      if (!(refused instanceof ApplicationFailure)) throw refused;
    }
  }
  setHandler(
    acceptOffer,
    (sent) =>
      bySignal<AcceptSignal>(sent, (shown, request) => {
        checkAccept({ ...request, presentationId: shown.presentationId });
        recordAcceptance(shown, request);
      }),
    { description: 'Accept without waiting for an answer. Without an id, the open offer is meant.' },
  );
  setHandler(
    declineOffer,
    (sent) =>
      bySignal<DeclineSignal>(sent, (shown, request) => {
        checkDecline({ ...request, presentationId: shown.presentationId });
        record(shown, { kind: 'declined', at: iso(clickedAt(request.at)) });
      }),
    { description: 'Decline without waiting for an answer. Without an id, the open offer is meant.' },
  );
  setHandler(withdrawOffer, (request) => withdrawCurrent(request?.reason ?? 'withdrawn by signal'), {
    description: 'Ends the open offer, for instance because the purchase was refunded.',
  });

  function withdrawCurrent(reason: string): void {
    over = reason;
    if (current?.decision === undefined && current !== undefined) {
      record(current, { kind: 'withdrawn', at: iso(now()), reason });
    }
  }

  return {
    current: () => current,
    withdraw: withdrawCurrent,
    over: () => over,
    find: (presentationId) => all.get(presentationId),
    expect(coming) {
      expecting = coming;
    },
    show(presented) {
      expecting = false;
      const { option, quantity, choices, endsAt } = presented;
      const expiresAt = endsAt === undefined ? now() + presented.windowMs : Date.parse(endsAt);
      const preselected = choices && { option, quantity };
      current = { ...presented, expiresAt, preselected, status: 'open', answered: false };
      all.set(presented.presentationId, current);
      if (over !== undefined) withdrawCurrent(over);
      return current;
    },
    async decided(shown) {
      while (shown.decision === undefined && now() < shown.expiresAt) {
        const window = shown.expiresAt;
        await condition(() => shown.decision !== undefined || shown.expiresAt !== window, window - now(), {
          summary: `offer ${shown.offerId} is open`,
        });
      }
      // The run may hear of the offer when its window is over. Who saw it before, in the ledger, is heard first.
      await eventually(() => waiting === 0);
      // A click that was in time may be handled together with the timer: it wins.
      return record(shown, { kind: 'expired', at: iso(shown.expiresAt) });
    },
    reopen(shown, price) {
      if (shown.decision) shown.decision.refused = true;
      formerPrices.add(`${shown.presentationId}:${shown.priceHash}`);
      const mode = modeAt(shown, price.dueNow);
      Object.assign(shown, { ...price, mode, decision: undefined, status: 'open' });
      if (over !== undefined) withdrawCurrent(over);
    },
  };
}

/** Cancelling a run withdraws its open offer; whoever waits for an answer still gets it. */
function eventually(holds: () => boolean): Promise<void> {
  return CancellationScope.nonCancellable(() => condition(holds));
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
