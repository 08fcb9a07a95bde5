/** The presentations of one run: which one is open, how each was decided, and whether another one is coming. */
import { CancellationScope, condition } from '@temporalio/workflow';
import type { PresentationRef } from '../../activities/offering/presentation-ref.js';
import type { AcceptRequest } from '../../src/contract/messages.js';
import type { PriceChanged } from '../../src/domain/fulfilment.js';
import { iso, type ActivePresentation, type DecisionRecord } from './active.js';
import { choiceIn, modeAt } from './choices.js';
import { clickedAt } from './rules.js';

/** What the main line of a run does with its presentations. */
export interface Presentations {
  current(): ActivePresentation | undefined;
  find(presentationId: string): ActivePresentation | undefined;
  /** How many were shown so far. */
  count(): number;
  /**
   * Sets whether an offer is being prepared. The ledger shows it a moment before this run does, so the click of a
   * quick customer may arrive in between: it waits.
   */
  expect(coming: boolean): void;
  show(presented: PresentationRef): ActivePresentation;
  /** Waits for the decision until the window ends, and returns it. */
  decided(presentation: ActivePresentation): Promise<DecisionRecord>;
  /** Opens an accepted presentation again at a price in minor units, another one or with another hash; nothing was charged. */
  reopen(presentation: ActivePresentation, changed: Pick<PriceChanged, 'price' | 'unreachable'>): void;
  /** Ends the open offer, or the one being prepared. What was accepted goes on. */
  withdraw(reason: string): void;
  /** Returns why nothing more may be offered; undefined while something may. */
  over(): string | undefined;
}

/** What the handlers of messages do with them besides. */
export interface PresentationStore extends Presentations {
  /** Returns the open offer, or waits for the one being prepared. */
  coming(): Promise<ActivePresentation | undefined>;
  /** Returns a presentation, waiting for it if an offer is being prepared; undefined when this run has none with this id. */
  appearing(presentationId: string): Promise<ActivePresentation | undefined>;
  /** Checks whether a presentation that is not known yet may be the one being prepared. */
  mayAppear(presentationId: string): boolean;
  wasPriceBefore(presentation: ActivePresentation, priceHash: string): boolean;
  /** Records a decision unless there is one, and returns the one that stands. */
  record(presentation: ActivePresentation, decision: DecisionRecord): DecisionRecord;
  /** Records an acceptance. The first one makes the choice: from then on the presentation stands for it. */
  recordAcceptance(presentation: ActivePresentation, request: Partial<AcceptRequest>): DecisionRecord;
}

export function createPresentationStore(start: { expecting: boolean }): PresentationStore {
  const all = new Map<string, ActivePresentation>();
  const formerPrices = new Set<string>();
  let current: ActivePresentation | undefined;
  let count = 0;
  let { expecting } = start;
  let over: string | undefined;
  /** Messages that wait for an offer to appear. */
  let waiting = 0;

  async function untilAppeared(holds: () => boolean): Promise<void> {
    waiting += 1;
    await eventually(holds).finally(() => (waiting -= 1));
  }

  function keepPrice({ presentationId, priceHash }: ActivePresentation): void {
    formerPrices.add(`${presentationId}:${priceHash}`);
  }

  function record(presentation: ActivePresentation, decision: DecisionRecord): DecisionRecord {
    presentation.decision ??= decision;
    if (presentation.status === 'open') presentation.status = decision.kind;
    return presentation.decision;
  }

  function withdraw(reason: string): void {
    over = reason;
    if (current?.decision === undefined && current !== undefined) {
      record(current, { kind: 'withdrawn', at: iso(Date.now()), reason });
    }
  }

  return {
    current: () => current,
    find: (presentationId) => all.get(presentationId),
    count: () => count,
    expect(coming) {
      expecting = coming;
    },
    show(presented) {
      expecting = false;
      count += 1;
      const { option, quantity, choices, endsAt } = presented;
      const expiresAt = endsAt === undefined ? Date.now() + presented.windowMs : Date.parse(endsAt);
      const preselected = choices && { option, quantity };
      current = { ...presented, expiresAt, preselected, status: 'open', answered: false };
      all.set(presented.presentationId, current);
      if (over !== undefined) withdraw(over);
      return current;
    },
    async decided(presentation) {
      while (presentation.decision === undefined && Date.now() < presentation.expiresAt) {
        const end = presentation.expiresAt;
        const isDecidedOrMoved = () => presentation.decision !== undefined || presentation.expiresAt !== end;
        await condition(isDecidedOrMoved, end - Date.now(), {
          summary: `offer ${presentation.offerId} is open`,
        });
      }
      // The run may learn of the offer when its window is over. A customer who saw it earlier, in the ledger, goes first.
      await eventually(() => waiting === 0);
      // A click in time may be handled together with the timer: it wins.
      return record(presentation, { kind: 'expired', at: iso(presentation.expiresAt) });
    },
    reopen(presentation, { price, unreachable }) {
      if (presentation.decision)
        Object.assign(presentation.decision, { refused: true, ...(unreachable && { unreachable }) });
      keepPrice(presentation);
      const mode = modeAt(presentation, price.dueNow);
      Object.assign(presentation, { ...price, mode, decision: undefined, status: 'open' });
      if (over !== undefined) withdraw(over);
    },
    withdraw,
    over: () => over,

    async coming() {
      if (expecting) await untilAppeared(() => !expecting);
      return current;
    },
    async appearing(presentationId) {
      if (expecting && !all.has(presentationId)) {
        await untilAppeared(() => !expecting || all.has(presentationId));
      }
      return all.get(presentationId);
    },
    mayAppear: (presentationId) => expecting && !all.has(presentationId),
    wasPriceBefore: ({ presentationId }, priceHash) => formerPrices.has(`${presentationId}:${priceHash}`),
    record,
    recordAcceptance(presentation, request) {
      const choice = presentation.decision === undefined ? choiceIn(presentation, request) : undefined;
      if (choice?.kind === 'chosen') {
        keepPrice(presentation);
        Object.assign(presentation, choice.terms);
      }
      const { at, consents, evidence } = request;
      return record(presentation, {
        kind: 'accepted',
        at: iso(clickedAt(at, Date.now())),
        consents,
        ...(evidence !== undefined && { evidence }),
      });
    },
  };
}

/** Waits for a condition even if the run is cancelled: its open offer is withdrawn then, and callers get their answer. */
export function eventually(holds: () => boolean): Promise<void> {
  return CancellationScope.nonCancellable(() => condition(holds));
}
