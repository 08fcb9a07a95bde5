/**
 * A second, simpler account of a purchase run: its state, who decided what, and Dodo's books. It does not model how the
 * run finds something out, only by when it must have.
 */
import type { FunnelStep } from '../../src/domain/offers.js';
import type { Decision, Outcome } from '../../src/domain/words.js';
import { DAY, HOUR, MINUTE, SECOND } from './purchase-fixture.js';

export type StepId = 'bundle' | 'lite' | 'extra';

export const STEPS: FunnelStep[] = [
  { id: 'bundle', offer: 'bundle', on: { accept: 'extra', decline: 'lite', expire: 'end' } },
  { id: 'lite', offer: 'lite', on: { accept: 'end', decline: 'end', expire: 'end' } },
  { id: 'extra', offer: 'extra', on: { accept: 'end', decline: 'end', expire: 'end' } },
];
export const WINDOW = 40 * MINUTE;
export const TIMING = {
  reconcileWindowMs: 6 * MINUTE,
  pollIntervalMs: 30 * SECOND,
  actionWindowMs: HOUR,
  sendWindowMs: 30 * MINUTE,
};

const CHECKOUT_DAY = 24 * HOUR + 15 * MINUTE;
const PENDING_LIMIT = 14 * DAY;
/** The longest pause between polls or tries, including a read that fails three times. */
const RECONCILE_PAUSE = 2 * MINUTE + 20 * SECOND;
const SEND_PAUSE = 5 * MINUTE;
export const LONGEST_PAUSE = 6 * HOUR + MINUTE;
/** Time passes by itself while the machine works. */
const DRIFT = 30 * SECOND;

/** When something happens, as a range. Milliseconds since the epoch. */
interface Span {
  from: number;
  to: number;
}

export type Place = 'open' | 'sending' | 'unknown' | 'charging' | 'review' | 'doubt' | 'fallback' | 'ended';

/** The payment of the one-click charge, and that of the checkout. */
export type PaymentKind = 'original' | 'checkout';

/** Dodo's reply to the next charge. */
export type ChargeReply =
  'submitted' | 'rejected' | 'lost_absent' | 'lost_committed' | 'not_sent' | 'unreachable' | 'price_changed';

export type BookStatus = 'processing' | 'requires_customer_action' | 'succeeded' | 'failed';

export interface Reference {
  now: number;
  place: Place;
  step: StepId;
  outcome?: Outcome;
  decisions: Partial<Record<StepId, Decision>>;
  /** Steps whose price moved between the view and the click. */
  repriced: StepId[];
  viewed: StepId[];
  /** Steps that an operator has resolved. */
  resolved: StepId[];
  /** The purchase was refunded, so nothing more is offered. */
  refunded: boolean;
  readable: boolean;
  /** Readings show nothing of what webhooks have told. */
  lagging: boolean;
  nextReply: ChargeReply;
  /** When the current wait began. */
  since: Span;
  expiresAt: number;
  sendBefore: number;
  /** This step's charge in Dodo's books. Not possible if it was refused or never reached Dodo. */
  original: { possible: boolean; status?: BookStatus; heard?: boolean };
  checkout: { status?: BookStatus; heard?: boolean };
  /** When a reading first showed that the bank asks for the customer. */
  actionSince?: Span;
  /** Paid payments of this step that are not what was accepted, and about which nobody has decided. */
  doubts: PaymentKind[];
  /** The payments of this step that ever were in doubt. */
  doubted: PaymentKind[];
  /** Where the run goes when its doubts are rejected. */
  doubtedIn: 'proving' | 'fallback';
  /** Payments that do not count: each goes back. */
  besides: string[];
  /** Another payment of the first step came while the run went on. */
  paidBefore: boolean;
  /** When what has to go back is refunded. */
  refunds: 'at once' | 'later' | 'never' | 'refused';
  /** The number of charges that may have reached Dodo. */
  sends: number;
}

export function newReference(now: number): Reference {
  return {
    now,
    place: 'open',
    step: 'bundle',
    decisions: {},
    repriced: [],
    viewed: [],
    resolved: [],
    refunded: false,
    readable: true,
    lagging: false,
    nextReply: 'submitted',
    since: { from: now, to: now },
    expiresAt: now + WINDOW,
    sendBefore: 0,
    original: { possible: false },
    checkout: {},
    doubts: [],
    doubted: [],
    doubtedIn: 'proving',
    besides: [],
    paidBefore: false,
    refunds: 'at once',
    sends: 0,
  };
}

/** A payment outweighs any decline. */
const BEST_FIRST: Outcome[] = [
  'converted',
  'recovered',
  'payment_failed',
  'abandoned',
  'withdrawn',
  'declined',
  'expired',
];

function end(reference: Reference, decision: Decision, outcome: Outcome): void {
  const { step, outcome: before } = reference;
  reference.decisions[step] = decision;
  reference.outcome = BEST_FIRST.find((one) => one === before || one === outcome);
  const paid = outcome === 'converted' || outcome === 'recovered';
  const next = step !== 'bundle' ? undefined : paid ? 'extra' : decision === 'declined' ? 'lite' : undefined;
  if (!next) reference.place = 'ended';
  else if (reference.refunded) {
    reference.step = next;
    end(reference, 'withdrawn', 'withdrawn');
  } else {
    Object.assign(reference, {
      step: next,
      place: 'open',
      expiresAt: reference.now + WINDOW,
      original: { possible: false },
      checkout: {},
      actionSince: undefined,
      doubts: [],
      doubted: [],
    });
  }
}

export function decline(reference: Reference): void {
  if (reference.place === 'open') end(reference, 'declined', 'declined');
}

/** Withdraws the open offer: an operator does, or the purchase is refunded. */
export function withdraw(reference: Reference): void {
  if (reference.place === 'open') end(reference, 'withdrawn', 'withdrawn');
}

export function refund(reference: Reference): void {
  reference.refunded = true;
  withdraw(reference);
}

export function accept(reference: Reference): void {
  if (reference.place !== 'open') return;
  const { nextReply, step, now } = reference;
  // A scripted fault is used up, but an outage lasts.
  if (nextReply !== 'unreachable') reference.nextReply = 'submitted';
  if (nextReply === 'price_changed') {
    if (!reference.repriced.includes(step)) reference.repriced.push(step);
    return;
  }
  reference.decisions[step] = 'accepted';
  reference.since = { from: now, to: now };
  reference.sendBefore = now + TIMING.sendWindowMs;
  reference.checkout = {};
  reference.actionSince = undefined;
  switch (nextReply) {
    case 'unreachable':
      reference.original = { possible: false };
      reference.place = 'sending';
      return;
    case 'rejected':
      reference.sends += 1;
      reference.original = { possible: false };
      fallBack(reference, { from: now, to: now });
      return;
    case 'lost_absent':
    case 'lost_committed':
      reference.sends += 1;
      reference.original = {
        possible: true,
        status: nextReply === 'lost_committed' ? 'processing' : undefined,
      };
      reference.place = 'unknown';
      return;
    case 'not_sent':
    case 'submitted':
      submitted(reference, now);
  }
}

function submitted(reference: Reference, earliest: number): void {
  reference.sends += 1;
  reference.since = { from: earliest, to: reference.now };
  reference.original = { possible: true, status: 'processing' };
  reference.place = 'charging';
}

function fallBack(reference: Reference, opened: Span): void {
  reference.place = 'fallback';
  reference.since = opened;
}

/** The acceptance was not sent in time: the customer is asked again while the offer is open. */
function askAgain(reference: Reference, tried: Span): void {
  const { step, expiresAt } = reference;
  if (tried.to >= expiresAt) return fallBack(reference, tried);
  if (!reference.repriced.includes(step)) reference.repriced.push(step);
  delete reference.decisions[step];
  reference.place = 'open';
  if (reference.refunded) withdraw(reference);
}

/** Makes Dodo reachable again, after the time of the next try. */
export function reachAgain(reference: Reference): void {
  reference.nextReply = 'submitted';
  if (reference.place === 'sending') submitted(reference, reference.now - 2 * SEND_PAUSE);
}

export function resolve(reference: Reference, paid: boolean): void {
  const { place, doubts, step, now } = reference;
  if (place !== 'review' && place !== 'doubt') return;
  reference.resolved.push(step);
  const doubted = place === 'doubt' ? inDoubt(reference) : undefined;
  if (paid) return end(reference, 'accepted', doubted === 'checkout' ? 'recovered' : 'converted');
  reference.doubts = doubts.filter((one) => one !== doubted);
  if (reference.doubts.length > 0) reference.place = 'doubt';
  else if (place === 'doubt' && reference.doubtedIn === 'fallback') reference.place = 'fallback';
  else fallBack(reference, { from: now, to: now });
}

/** The payment that a person is asked about first. */
export function inDoubt({ doubts }: Reference): PaymentKind | undefined {
  return doubts.includes('checkout') ? 'checkout' : doubts[0];
}

/** A payment succeeds that is not what was accepted. Nothing else is opened until a person has decided. */
export function doubt(reference: Reference, payment: PaymentKind): void {
  reference.doubts.push(payment);
  reference.doubted.push(payment);
  if (reference.place === 'review' || reference.place === 'doubt') return;
  reference.doubtedIn = reference.place === 'fallback' ? 'fallback' : 'proving';
  reference.place = 'doubt';
}

/** Lets the run learn a payment's status, by webhook or by polling. */
export function learn(reference: Reference, payment: PaymentKind, status: BookStatus): void {
  Object.assign(reference[payment], { status, heard: true });
  const { now, place } = reference;
  if (payment === 'checkout') {
    if (status === 'succeeded') end(reference, 'accepted', 'recovered');
  } else if (status === 'succeeded') end(reference, 'accepted', 'converted');
  else if (status === 'failed' && place !== 'fallback' && place !== 'doubt')
    giveUp(reference, { from: now, to: now });
}

/** The charge has failed. The customer gets another way to pay, unless money of theirs is in doubt. */
function giveUp(reference: Reference, when: Span): void {
  if (reference.doubts.length === 0) return fallBack(reference, when);
  reference.place = 'doubt';
  reference.doubtedIn = 'proving';
}

/** A reading shows that the bank asks for the customer. */
export function seeAction(reference: Reference, when: Span): void {
  reference.actionSince ??= when;
}

export function isPending({ status }: { status?: BookStatus }): boolean {
  return status === 'processing' || status === 'requires_customer_action';
}

/** Checks whether the run can know of a payment in Dodo's books. */
function isSeen(
  { lagging }: Reference,
  { status, heard }: { status?: BookStatus; heard?: boolean },
): boolean {
  return status !== undefined && (!lagging || heard === true);
}

/** Says whether the checkout link's day is over but something keeps the run from giving it up. */
export function isOverdue({ place, since, now }: Reference): boolean {
  return place === 'fallback' && now >= since.to + CHECKOUT_DAY;
}

/**
 * Lets time pass.
 *
 * @returns false if something happens so close to `time` that the order is open
 */
export function passTo(reference: Reference, time: number): boolean {
  for (;;) {
    const due = nextEvent(reference);
    if (due && time > due.when.from - DRIFT && time < due.when.to + DRIFT) return false;
    if (due && time > due.when.from && due.isOpen) return false;
    if (!due || time <= due.when.from) {
      reference.now = time;
      return true;
    }
    reference.now = due.when.to;
    due.happen(due.when);
  }
}

interface Due {
  when: Span;
  happen: (when: Span) => void;
  /** What happens then depends on moments. */
  isOpen?: boolean;
}

function nextEvent(reference: Reference): Due | undefined {
  const { place, since, readable, now, expiresAt } = reference;
  const later = ({ from, to }: Span, by: number, pause = 0): Span => ({
    from: from + by,
    to: to + by + pause,
  });
  switch (place) {
    case 'open': {
      const when = { from: reference.expiresAt, to: reference.expiresAt };
      return { when, happen: () => end(reference, 'expired', 'expired') };
    }
    case 'sending': {
      const when = { from: reference.sendBefore - SEND_PAUSE, to: reference.sendBefore };
      const isOpen = expiresAt > when.from - DRIFT && expiresAt < when.to + DRIFT;
      return { when, isOpen, happen: (tried) => askAgain(reference, tried) };
    }
    case 'unknown': {
      if (!readable) {
        const when = later(since, 2 * TIMING.reconcileWindowMs, 2 * RECONCILE_PAUSE);
        return { when, happen: () => void (reference.place = 'review') };
      }
      if (isSeen(reference, reference.original)) {
        const when = { from: now, to: now + RECONCILE_PAUSE };
        return { when, happen: () => void (reference.place = 'charging') };
      }
      const over = later(since, TIMING.reconcileWindowMs, RECONCILE_PAUSE);
      const when = over.to > now ? over : { from: now, to: now + RECONCILE_PAUSE };
      return { when, happen: (opened) => fallBack(reference, opened) };
    }
    case 'charging': {
      const limit = later(since, PENDING_LIMIT, LONGEST_PAUSE);
      const review = { when: limit, happen: () => void (reference.place = 'review') };
      const asks = reference.original.status === 'requires_customer_action';
      if (!asks || !readable || reference.lagging) return review;
      const { actionSince } = reference;
      if (actionSince === undefined) {
        // The pauses double, so the next look is no further away than the start.
        const pause = Math.min(LONGEST_PAUSE, now - since.from + 2 * MINUTE);
        return { when: { from: now, to: now + pause }, happen: (seen) => seeAction(reference, seen) };
      }
      const over = later(actionSince, TIMING.actionWindowMs);
      const when = { from: Math.max(over.from, now), to: Math.max(over.to, now) + LONGEST_PAUSE };
      if (over.from >= now) when.to = over.to + MINUTE;
      return when.to < limit.from
        ? { when, happen: (opened) => fallBack(reference, opened) }
        : { ...review, isOpen: true };
    }
    case 'fallback': {
      if (!readable) {
        // Nobody knows whether it was paid: a person has to look, and the run ends.
        const when = later(since, PENDING_LIMIT, LONGEST_PAUSE);
        return { when, happen: () => end(reference, 'accepted', 'abandoned') };
      }
      // A payment seen by the last poll counts, and polls are rare by then.
      const over = later(
        since,
        isSeen(reference, reference.checkout) && isPending(reference.checkout) ? PENDING_LIMIT : CHECKOUT_DAY,
      );
      const when = { from: Math.max(over.from, now), to: Math.max(over.to, now) + LONGEST_PAUSE };
      return { when, happen: () => end(reference, 'accepted', 'abandoned') };
    }
    case 'review':
    case 'doubt':
    case 'ended':
      return undefined;
  }
}
