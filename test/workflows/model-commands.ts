/** Commands for the random model test: each does something to a purchase run and to the reference beside it. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Decision } from '../../src/domain/words.js';
import type { ReplyOf } from './scripted-activities.js';
import type { RunState } from '../../src/contract/messages.js';
import type { PaymentEvent } from '../../src/domain/payment.js';
import type { Reply, PurchaseRun } from './purchase-run.js';
import type { WorkflowHarness } from './workflow-harness.js';
import { DAY, HOUR, MINUTE, SECOND } from './purchase-fixture.js';
import {
  accept,
  decline,
  doubt,
  inDoubt,
  isOverdue,
  isPending,
  learn,
  LONGEST_PAUSE,
  passTo,
  reachAgain,
  refund,
  resolve,
  seeAction,
  withdraw,
  type BookStatus,
  type PaymentKind,
  type ChargeReply,
  type Place,
  type Reference,
  type StepId,
} from './reference-model.js';

export interface Real {
  harness: WorkflowHarness;
  run: PurchaseRun;
  /** Charges that did not reach Dodo. */
  unsent: number;
  /** Answers, some of them still pending. */
  replies: { wanted: Decision; step: StepId; ended: boolean; reply: Promise<Reply> }[];
}

export type Command = fc.AsyncCommand<Reference, Real>;

const STATUS: Record<Place, readonly (string | undefined)[]> = {
  open: ['open'],
  sending: ['accepted'],
  unknown: ['reconciling'],
  charging: ['charging', 'requires_action'],
  review: ['needs_review'],
  doubt: ['needs_review'],
  fallback: ['fallback'],
  ended: [],
};

/** Waits until the run is idle, and returns its state. */
async function rest(reference: Reference, { run, harness }: Real): Promise<RunState> {
  const state = await run.rest();
  reference.now = await harness.now();
  return state;
}

/**
 * Checks that the run is where the reference says it is.
 *
 * @param rested its state, if it has rested since the last thing was done to it
 */
export async function agree(reference: Reference, real: Real, rested?: RunState): Promise<void> {
  const { run } = real;
  const state = rested ?? (await rest(reference, real));
  if (reference.place === 'ended') {
    expect(state).toMatchObject({ state: 'settled', outcome: reference.outcome });
    return;
  }
  expect(state).toMatchObject({
    state: reference.place === 'open' ? 'offering' : 'fulfilling',
    presentationId: run.presentation(reference.step),
  });
  expect(STATUS[reference.place]).toContain(state.status);
}

/** @param run returns the run's state if it has rested at the end */
function command(
  name: string,
  check: (reference: Readonly<Reference>) => boolean,
  run: (reference: Reference, real: Real) => Promise<RunState | void>,
): Command {
  return {
    check,
    async run(reference, real) {
      await agree(reference, real, (await run(reference, real)) ?? undefined);
    },
    toString: () => name,
  };
}

const running = ({ place }: Readonly<Reference>) => place !== 'ended';
const always = () => true;

function couldPass(reference: Readonly<Reference>, milliseconds: number): boolean {
  const copy = structuredClone(reference) as Reference;
  return running(reference) && passTo(copy, copy.now + milliseconds);
}

/** Lets time pass. The run is idle before. */
async function pass(reference: Reference, real: Real, milliseconds: number): Promise<RunState> {
  await real.harness.sleep(milliseconds);
  const state = await real.run.rest();
  passTo(reference, await real.harness.now());
  return state;
}

/** Scripts Dodo's reply to the next charge. */
function arrange(real: Real, reply: ChargeReply): void {
  const { activities } = real.run;
  const notSent = (): ReplyOf<'charge'> => {
    real.unsent += 1;
    return { kind: 'not_sent', detail: 'connection refused' };
  };
  activities.always('charge', reply === 'unreachable' ? notSent : undefined);
  switch (reply) {
    case 'rejected':
      return activities.next('charge', { kind: 'rejected', code: 'DO_NOT_HONOR' });
    case 'lost_absent':
      return activities.next('charge', { kind: 'unknown', detail: 'socket hang up' });
    case 'lost_committed':
      return activities.next('charge', ({ attemptId }) => {
        activities.book(attemptId, 'processing');
        return { kind: 'unknown', detail: 'socket hang up' };
      });
    case 'not_sent':
      return activities.next('charge', notSent);
    case 'price_changed':
      return activities.next('charge', ({ price }) => {
        real.unsent += 1;
        return { kind: 'price_changed', price: { dueNow: price.dueNow, priceHash: `${price.hash}+` } };
      });
    case 'submitted':
    case 'unreachable':
  }
}

function attemptOf({ run: { activities } }: Real, payment: PaymentKind): string {
  const inputs = activities.inputs(payment === 'original' ? 'charge' : 'openFallback');
  return inputs.at(-1)?.attemptId ?? '';
}

const acceptIt = (how: 'update' | 'signal', step: 'current' | 'first', fault: ChargeReply): Command =>
  command(`accept by ${how}, ${step} offer, Dodo: ${fault}`, always, async (reference, real) => {
    const { run } = real;
    const of = step === 'first' ? 'bundle' : reference.step;
    const { place } = reference;
    const decides = place === 'open' && of === reference.step;
    if (decides && reference.nextReply !== 'unreachable') {
      reference.nextReply = fault;
      arrange(real, fault);
    }
    const { nextReply } = reference;
    const charges = run.activities.inputs('charge').length;
    if (how === 'update' || place === 'ended') {
      const { reply } = await run.click('accepted', of);
      real.replies.push({ wanted: 'accepted', step: of, ended: place === 'ended', reply });
    } else await run.signal('acceptOffer', { presentationId: run.presentation(of) });
    if (decides) await run.activities.called('charge', charges + 1);
    const state = await rest(reference, real);
    if (!decides) return state;
    accept(reference);
    return nextReply === 'not_sent' ? pass(reference, real, 10 * SECOND) : state;
  });

const declineIt = (how: 'update' | 'signal', step: 'current' | 'first'): Command =>
  command(`decline by ${how}, ${step} offer`, always, async (reference, real) => {
    const of = step === 'first' ? 'bundle' : reference.step;
    const { place } = reference;
    if (how === 'update' || place === 'ended') {
      const { reply } = await real.run.click('declined', of);
      real.replies.push({ wanted: 'declined', step: of, ended: place === 'ended', reply });
    } else await real.run.signal('declineOffer', { presentationId: real.run.presentation(of) });
    const state = await rest(reference, real);
    if (of === reference.step) decline(reference);
    return state;
  });

const lookAt: Command = command('view', running, async (reference, { run }) => {
  expect(await run.view(reference.step)).toHaveProperty('viewedAt');
  if (!reference.viewed.includes(reference.step)) reference.viewed.push(reference.step);
});

const takeBack: Command = command('withdraw', running, async (reference, { run }) => {
  const reply = await run.withdraw(reference.step);
  expect(reply).toMatchObject(
    reference.place === 'open' ? { decision: 'withdrawn' } : { refused: 'already_decided', won: 'accepted' },
  );
  withdraw(reference);
});

const giveTime = (milliseconds: number): Command =>
  command(`extend by ${milliseconds / MINUTE} min`, running, async (reference, { run, harness }) => {
    const until = (await harness.now()) + milliseconds;
    const reply = await run.extend(until, reference.step);
    if (reference.place === 'open') {
      expect(reply).toHaveProperty('expiresAt');
      reference.expiresAt = until;
    } else expect(reply).toMatchObject({ refused: 'already_decided' });
  });

const speak = (paid: boolean): Command =>
  command(`resolve as ${paid ? 'paid' : 'not paid'}`, running, async (reference, real) => {
    const { place, step } = reference;
    const reply = await real.run.resolve(paid, step);
    if (place === 'review' || place === 'doubt') expect(reply).toEqual({ paid });
    else if (!reference.resolved.includes(step)) expect(reply).toMatchObject({ refused: 'already_decided' });
    const state = await rest(reference, real);
    if (place === 'doubt') settleDoubt(reference, real, paid);
    resolve(reference, paid);
    return state;
  });

/** What an operator says about a payment in doubt decides where its money goes. */
function settleDoubt(reference: Reference, real: Real, paid: boolean): void {
  const kind = inDoubt(reference);
  if (!kind) return;
  if (paid) reference.besides = reference.besides.filter((id) => id !== differing(attemptOf(real, kind)));
}

const refundIt: Command = command('refund of the purchase', running, async (reference, { run }) => {
  await run.signal('withdrawOffer', { reason: 'refund.succeeded of the purchase' });
  refund(reference);
});

/** Stops the worker, and lets another one take over its work. */
export const RESTART: Command = command('restart of the worker', running, async (_reference, { harness }) => {
  await harness.stopWorker();
  await harness.startWorker();
});

const passTime = (milliseconds: number): Command =>
  command(
    `${milliseconds / MINUTE} min pass`,
    (reference) => couldPass(reference, milliseconds),
    (reference, real) => pass(reference, real, milliseconds),
  );

const goBlind: Command = command('Dodo cannot be read', running, async (reference, { run }) => {
  run.activities.always('lookUpPayment', new Error('503'));
  Object.assign(reference, { readable: false, lagging: false });
});

const seeAgain: Command = command(
  'Dodo can be read again, seven hours pass',
  (reference) => !reference.readable && couldPass({ ...reference, readable: true }, 7 * HOUR),
  async (reference, real) => {
    real.run.activities.always('lookUpPayment', undefined);
    reference.readable = true;
    await pass(reference, real, 7 * HOUR);
  },
);

const lag: Command = command(
  "Dodo's readings show nothing of the payments",
  ({ place, readable, lagging }) => readable && !lagging && place !== 'ended' && place !== 'review',
  async (reference, { run }) => {
    run.activities.always('lookUpPayment', { kind: 'absent' });
    reference.lagging = true;
  },
);

const catchUp: Command = command(
  "Dodo's readings catch up",
  ({ lagging }) => lagging,
  async (reference, { run }) => {
    run.activities.always('lookUpPayment', undefined);
    reference.lagging = false;
  },
);

const reach: Command = command(
  'Dodo can be reached again, six minutes pass',
  (reference) => reference.place === 'sending' && couldPass(reference, 6 * MINUTE),
  async (reference, real) => {
    arrange(real, 'submitted');
    await real.harness.sleep(6 * MINUTE);
    const state = await rest(reference, real);
    reachAgain(reference);
    return state;
  },
);

/** Says whether a payment can get this status in Dodo's books. */
function mayBecome(reference: Readonly<Reference>, payment: PaymentKind, status: BookStatus): boolean {
  const known = reference[payment].status;
  if (known === 'succeeded' || (known === 'failed' && status !== 'succeeded')) return false;
  const { place, doubtedIn } = reference;
  return payment === 'checkout'
    ? place === 'fallback' || (place === 'doubt' && doubtedIn === 'fallback')
    : reference.original.possible && ['unknown', 'charging', 'review', 'doubt', 'fallback'].includes(place);
}

const webhook = (payment: PaymentKind, status: BookStatus, copies: number): Command =>
  command(
    `webhook: ${payment} ${status}${copies > 1 ? `, ${copies} times` : ''}`,
    (reference) =>
      mayBecome(reference, payment, status) &&
      // Nothing keeps an overdue checkout open now: it is given up at the next poll.
      (!isOverdue(reference) || reference.readable),
    async (reference, real) => {
      const attempt = attemptOf(real, payment);
      await real.run.webhook(attempt, status);
      const event = real.run.activities.books.payments.get(attempt);
      for (let copy = 1; copy < copies; copy++) {
        await real.run.signal('paymentEvent', event).catch(ifEnded);
      }
      const state = await rest(reference, real);
      const overdue = isOverdue(reference);
      learn(reference, payment, status);
      return overdue && reference.place === 'fallback'
        ? pass(reference, real, LONGEST_PAUSE + MINUTE)
        : state;
    },
  );

/** Ids of payments are known to all runs of a server, so they name the attempt. */
const differing = (attempt: string) => `pay_differs_${attempt}`;
const another = (attempt: string, copy: number) => `pay_another_${copy}_${attempt}`;

/** Tells the run of a paid payment with our proof that is not in the books under its attempt. */
async function tellPaid({ run }: Real, attempt: string, change: Partial<PaymentEvent>): Promise<void> {
  const { customerId, dueNow: amount, currency } = run.fixture;
  const event = { status: 'succeeded', attemptId: attempt, customerId, amount, currency, proven: true };
  await run.signal('paymentEvent', { ...event, ...change });
}

/** The checkout may be paid with a discount or in another tax area, so there only nothing differs. */
const amountDiffers = (payment: PaymentKind, currency: boolean): Command =>
  command(
    `webhook: another ${currency ? 'currency' : 'amount'} was paid for the ${payment}`,
    (reference) =>
      reference.readable &&
      !isOverdue(reference) &&
      !reference.doubted.includes(payment) &&
      mayBecome(reference, payment, 'processing') &&
      reference[payment].status !== 'failed',
    async (reference, real) => {
      const attempt = attemptOf(real, payment);
      const paymentId = differing(attempt);
      const original = currency ? { currency: 'EUR' } : { amount: real.run.fixture.dueNow - 1 };
      await tellPaid(real, attempt, { paymentId, ...(payment === 'checkout' ? { amount: 0 } : original) });
      const state = await rest(reference, real);
      doubt(reference, payment);
      reference.besides.push(paymentId);
      return state;
    },
  );

/** Dodo makes another payment with the same metadata: it counts if it is the first that is paid. */
const anotherPayment = (payment: PaymentKind): Command =>
  command(
    `webhook: ${payment} succeeded, under another payment id`,
    (reference) =>
      mayBecome(reference, payment, 'succeeded') && (!isOverdue(reference) || reference.readable),
    async (reference, real) => {
      const attempt = attemptOf(real, payment);
      await tellPaid(real, attempt, { paymentId: another(attempt, 1) });
      const state = await rest(reference, real);
      learn(reference, payment, 'succeeded');
      return state;
    },
  );

const secondPayment: Command = command(
  'webhook: another payment of the step before',
  ({ place, step, paidBefore }) => place !== 'ended' && step === 'extra' && !paidBefore,
  async (reference, real) => {
    const { activities } = real.run;
    const before = activities.inputs('charge').findLast(({ attemptId }) => attemptId.includes(':bundle:'));
    if (!before) return;
    const paymentId = another(before.attemptId, 2);
    await tellPaid(real, before.attemptId, { paymentId });
    reference.besides.push(paymentId);
    reference.paidBefore = true;
  },
);

type Refunds = 'at once' | 'later' | 'never' | 'refused';

/** How Dodo treats refunds is arranged once, before there is something to refund. */
const mayArrangeRefunds = ({ place, refunds, besides }: Readonly<Reference>) =>
  place !== 'ended' && refunds === 'at once' && besides.length === 0;

/** How Dodo treats what has to go back. */
const refundsAre = (how: Refunds): Command =>
  command(`refunds come ${how}`, mayArrangeRefunds, async (reference, { run: { activities } }) => {
    reference.refunds = how;
    const pending = { kind: 'pending' } as const;
    const asked = new Map<string, number>();
    activities.always(
      'compensate',
      how === 'at once'
        ? undefined
        : (input) => {
            const subject = input.kind === 'end_subscription' ? input.subscriptionId : input.paymentId;
            const times = (asked.get(subject) ?? 0) + 1;
            asked.set(subject, times);
            if (how === 'never' || times < 3) return pending;
            if (how === 'refused') return { kind: 'ended', status: 'review' };
            activities.books.refunded.push(subject);
            return { kind: 'ended', status: 'confirmed' };
          },
    );
    activities.always('giveUpCompensation', { kind: 'ended', status: 'review' });
  });

const staleWebhook: Command = command(
  'webhook of before comes late',
  ({ place, original: { status } }) =>
    (status === 'succeeded' || status === 'failed') && place !== 'ended' && place !== 'open',
  async (_reference, real) => {
    const event = real.run.activities.books.payments.get(attemptOf(real, 'original'));
    await real.run.signal('paymentEvent', { ...event, status: 'processing' });
  },
);

const stranger: Command = command(
  "somebody else's payment bears the name of the attempt",
  ({ place, original }) => original.possible && place !== 'ended' && place !== 'open',
  async (_reference, real) => {
    const attemptId = attemptOf(real, 'original');
    await real.run.signal('paymentEvent', {
      paymentId: 'pay_stranger',
      customerId: 'cus_stranger',
      attemptId,
      status: 'succeeded',
    });
  },
);

const guesser: Command = command(
  "a payment of the same customer bears the attempt's id, and no proof of ours",
  ({ place, original }) => original.possible && place !== 'ended' && place !== 'open',
  async (_reference, real) => {
    await tellPaid(real, attemptOf(real, 'original'), { paymentId: 'pay_guessed', proven: false });
  },
);

/** Changes the books without a webhook, so that the run has to poll. */
const silently = (status: BookStatus): Command =>
  command(
    `Dodo turns the payment to ${status} and tells nobody`,
    (reference) => {
      const payment = reference.place === 'fallback' ? 'checkout' : 'original';
      const { readable, lagging, place } = reference;
      if (!readable || lagging || place === 'doubt' || isOverdue(reference)) return false;
      if (!mayBecome(reference, payment, status)) return false;
      const copy = structuredClone(reference) as Reference;
      copy[payment].status = status;
      // Nothing else happens before the poll.
      return (
        passTo(copy, copy.now + LONGEST_PAUSE + HOUR) && [reference.place, 'charging'].includes(copy.place)
      );
    },
    async (reference, real) => {
      const { run, harness } = real;
      const payment = reference.place === 'fallback' ? 'checkout' : 'original';
      const attempt = attemptOf(real, payment);
      run.activities.book(attempt, status);
      const { length: before } = run.activities.inputs('lookUpPayment');
      const looks = () => run.activities.inputs('lookUpPayment').map(({ attemptId }) => attemptId);
      for (let waited = 0; !looks().includes(attempt, before); waited += HOUR / 2) {
        if (waited > LONGEST_PAUSE) throw new Error('The run does not poll.');
        await harness.sleep(HOUR / 2);
        await run.idle();
      }
      reference.now = run.activities.times('lookUpPayment')[looks().indexOf(attempt, before)] ?? NaN;
      if (reference.place === 'unknown') reference.place = 'charging';
      learn(reference, payment, status);
      if (status === 'requires_customer_action' && reference.place === 'charging')
        seeAction(reference, { from: reference.now, to: reference.now });
      passTo(reference, await harness.now());
    },
  );

function ifEnded(error: unknown): void {
  if (!(error instanceof Error && error.name === 'WorkflowNotFoundError')) throw error;
}

const FAULTS: readonly ChargeReply[] = [
  'submitted',
  'submitted',
  'submitted',
  'rejected',
  'lost_absent',
  'lost_committed',
  'not_sent',
  'unreachable',
  'price_changed',
];
const STATUSES: readonly BookStatus[] = ['processing', 'requires_customer_action', 'succeeded', 'failed'];

/** All commands. Those that lead a run further are more frequent, because most of the others are possible anywhere. */
export const COMMANDS: fc.Arbitrary<Command>[] = [
  ...often(
    4,
    fc
      .tuple(
        fc.constantFrom('update' as const, 'signal' as const),
        fc.constantFrom(...often(5, 'current' as const), 'first' as const),
        fc.constantFrom(...FAULTS),
      )
      .map((choice) => acceptIt(...choice)),
  ),
  fc
    .tuple(
      fc.constantFrom('update' as const, 'signal' as const),
      fc.constantFrom('current' as const, 'first' as const),
    )
    .map((choice) => declineIt(...choice)),
  ...often(
    2,
    fc
      .tuple(
        fc.constantFrom('original' as const, 'checkout' as const),
        fc.constantFrom(...STATUSES),
        fc.integer({ min: 1, max: 3 }),
      )
      .map((choice) => webhook(...choice)),
  ),
  ...often(3, fc.constantFrom(...STATUSES).map(silently)),
  ...often(
    2,
    fc
      .constantFrom(
        4 * MINUTE,
        4 * MINUTE,
        17 * MINUTE,
        17 * MINUTE,
        2 * HOUR,
        20 * HOUR,
        31 * HOUR,
        15 * DAY,
      )
      .map(passTime),
  ),
  fc.constantFrom(
    ...[lookAt, takeBack, refundIt, staleWebhook, stranger, guesser],
    ...[10 * MINUTE, 3 * HOUR].map(giveTime),
  ),
  ...often(2, fc.boolean().map(speak)),
  ...often(2, fc.constantFrom(goBlind, seeAgain, reach, lag, catchUp)),
  fc
    .tuple(fc.constantFrom('original' as const, 'original' as const, 'checkout' as const), fc.boolean())
    .map((choice) => amountDiffers(...choice)),
  fc.constantFrom('original' as const, 'checkout' as const).map(anotherPayment),
  fc.constant(secondPayment),
  fc.constantFrom<Refunds>('at once', 'later', 'later', 'refused', 'never').map(refundsAre),
];

/** Repeats an item, so that a random choice picks it more often. */
export function often<T>(times: number, what: T): T[] {
  return Array.from({ length: times }, () => what);
}

/** Leads a run to its end when Dodo works again and nobody pays. First come the states that might be given up too early. */
export const NOBODY_PAYS: readonly Command[] = [
  only(({ place, readable }) => place === 'unknown' && readable, passTime(4 * MINUTE)),
  only(({ place, readable }) => place === 'unknown' && !readable, passTime(2 * HOUR)),
  only(
    (reference) => reference.place === 'fallback' && isPending(reference.checkout) && !isOverdue(reference),
    passTime(31 * HOUR),
  ),
  reach,
  seeAgain,
  catchUp,
  only(({ place }) => place === 'review' || place === 'doubt', speak(false)),
  webhook('original', 'failed', 1),
  webhook('checkout', 'failed', 1),
  passTime(31 * HOUR),
  passTime(4 * MINUTE),
];

function only(when: Command['check'], then: Command): Command {
  return { ...then, check: (reference) => when(reference) && then.check(reference) };
}

/** Leads a run to its end sooner. */
export const EVERYBODY_PAYS: readonly Command[] = [
  reach,
  only(({ place }) => place === 'review' || place === 'doubt', speak(true)),
  webhook('original', 'succeeded', 1),
  webhook('checkout', 'succeeded', 1),
  ...NOBODY_PAYS,
];
