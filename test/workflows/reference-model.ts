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
export const TIMING = { reconcileWindowMs: 6 * MINUTE, pollIntervalMs: 30 * SECOND };

const CHECKOUT_DAY = 24 * HOUR + 15 * MINUTE;
const PENDING_LIMIT = 14 * DAY;
const SEND_GRACE = 15 * MINUTE;
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

export type Place = 'open' | 'sending' | 'unknown' | 'charging' | 'review' | 'fallback' | 'ended';

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
  nextReply: ChargeReply;
  /** When the current wait began. */
  since: Span;
  expiresAt: number;
  sendBefore: number;
  /** This step's charge in Dodo's books. Not possible if it was refused or never reached Dodo. */
  original: { possible: boolean; status?: BookStatus };
  checkout: { status?: BookStatus };
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
    nextReply: 'submitted',
    since: { from: now, to: now },
    expiresAt: now + WINDOW,
    sendBefore: 0,
    original: { possible: false },
    checkout: {},
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
  reference.sendBefore = Math.max(reference.expiresAt, now + SEND_GRACE);
  reference.checkout = {};
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

/** Makes Dodo reachable again, after the time of the next try. */
export function reachAgain(reference: Reference): void {
  reference.nextReply = 'submitted';
  if (reference.place === 'sending') submitted(reference, reference.now - 2 * SEND_PAUSE);
}

export function resolve(reference: Reference, paid: boolean): void {
  if (reference.place !== 'review') return;
  reference.resolved.push(reference.step);
  if (paid) end(reference, 'accepted', 'converted');
  else fallBack(reference, { from: reference.now, to: reference.now });
}

/** Lets the run learn a payment's status, by webhook or by polling. */
export function learn(reference: Reference, payment: 'original' | 'checkout', status: BookStatus): void {
  reference[payment].status = status;
  const { now, place } = reference;
  if (payment === 'checkout') {
    if (status === 'succeeded') end(reference, 'accepted', 'recovered');
  } else if (status === 'succeeded') end(reference, 'accepted', 'converted');
  else if (status === 'failed' && place !== 'fallback') fallBack(reference, { from: now, to: now });
}

export function isPending({ status }: { status?: BookStatus }): boolean {
  return status === 'processing' || status === 'requires_customer_action';
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
    if (!due || time <= due.when.from) {
      reference.now = time;
      return true;
    }
    reference.now = due.when.to;
    due.happen(due.when);
  }
}

function nextEvent(reference: Reference): { when: Span; happen: (when: Span) => void } | undefined {
  const { place, since, readable, now } = reference;
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
      return { when, happen: (opened) => fallBack(reference, opened) };
    }
    case 'unknown': {
      if (!readable) {
        const when = later(since, 2 * TIMING.reconcileWindowMs, 2 * RECONCILE_PAUSE);
        return { when, happen: () => void (reference.place = 'review') };
      }
      if (reference.original.status !== undefined) {
        const when = { from: now, to: now + RECONCILE_PAUSE };
        return { when, happen: () => void (reference.place = 'charging') };
      }
      const over = later(since, TIMING.reconcileWindowMs, RECONCILE_PAUSE);
      const when = over.to > now ? over : { from: now, to: now + RECONCILE_PAUSE };
      return { when, happen: (opened) => fallBack(reference, opened) };
    }
    case 'charging': {
      const when = later(since, PENDING_LIMIT, LONGEST_PAUSE);
      return { when, happen: () => void (reference.place = 'review') };
    }
    case 'fallback': {
      if (!readable) {
        // Nobody knows whether it was paid: a person has to look, and the run ends.
        const when = later(since, PENDING_LIMIT, LONGEST_PAUSE);
        return { when, happen: () => end(reference, 'accepted', 'abandoned') };
      }
      // A payment seen by the last poll counts, and polls are rare by then.
      const over = later(since, isPending(reference.checkout) ? PENDING_LIMIT : CHECKOUT_DAY);
      const when = { from: Math.max(over.from, now), to: Math.max(over.to, now) + LONGEST_PAUSE };
      return { when, happen: () => end(reference, 'accepted', 'abandoned') };
    }
    case 'review':
    case 'ended':
      return undefined;
  }
}
