/** Commands for the random model test: each does something to a purchase run and to the reference beside it. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Decision } from '../../src/domain/words.js';
import type { ReplyOf } from './scripted-activities.js';
import type { Reply, PurchaseRun } from './purchase-run.js';
import type { WorkflowHarness } from './workflow-harness.js';
import { DAY, HOUR, MINUTE, SECOND } from './purchase-fixture.js';
import {
  accept,
  decline,
  isOverdue,
  isPending,
  learn,
  LONGEST_PAUSE,
  passTo,
  reachAgain,
  refund,
  resolve,
  withdraw,
  type BookStatus,
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
  fallback: ['fallback'],
  ended: [],
};

/** Checks that the run is where the reference says it is. */
export async function agree(reference: Reference, { run, harness }: Real): Promise<void> {
  await run.idle();
  const state = await run.state();
  reference.now = await harness.now();
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

function command(
  name: string,
  check: (reference: Readonly<Reference>) => boolean,
  run: (reference: Reference, real: Real) => Promise<void>,
): Command {
  return {
    check,
    async run(reference, real) {
      await run(reference, real);
      await agree(reference, real);
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

async function pass(reference: Reference, { run, harness }: Real, milliseconds: number): Promise<void> {
  await run.pass(milliseconds);
  passTo(reference, await harness.now());
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

function attemptOf({ run: { activities } }: Real, payment: 'original' | 'checkout'): string {
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
    await run.idle();
    reference.now = await real.harness.now();
    if (!decides) return;
    accept(reference);
    if (nextReply === 'not_sent') await pass(reference, real, 10 * SECOND);
  });

const declineIt = (how: 'update' | 'signal', step: 'current' | 'first'): Command =>
  command(`decline by ${how}, ${step} offer`, always, async (reference, real) => {
    const of = step === 'first' ? 'bundle' : reference.step;
    const { place } = reference;
    if (how === 'update' || place === 'ended') {
      const { reply } = await real.run.click('declined', of);
      real.replies.push({ wanted: 'declined', step: of, ended: place === 'ended', reply });
    } else await real.run.signal('declineOffer', { presentationId: real.run.presentation(of) });
    await real.run.idle();
    reference.now = await real.harness.now();
    if (of === reference.step) decline(reference);
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
    if (place === 'review') expect(reply).toEqual({ paid });
    else if (!reference.resolved.includes(step)) expect(reply).toMatchObject({ refused: 'already_decided' });
    await real.run.idle();
    reference.now = await real.harness.now();
    resolve(reference, paid);
  });

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
  reference.readable = false;
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

const reach: Command = command(
  'Dodo can be reached again, six minutes pass',
  (reference) => reference.place === 'sending' && couldPass(reference, 6 * MINUTE),
  async (reference, real) => {
    arrange(real, 'submitted');
    await real.run.pass(6 * MINUTE);
    reference.now = await real.harness.now();
    reachAgain(reference);
  },
);

type Payment = 'original' | 'checkout';

/** Says whether a payment can get this status in Dodo's books. */
function mayBecome(reference: Readonly<Reference>, payment: Payment, status: BookStatus): boolean {
  const known = reference[payment].status;
  if (known === 'succeeded' || (known === 'failed' && status !== 'succeeded')) return false;
  return payment === 'checkout'
    ? reference.place === 'fallback'
    : reference.original.possible && ['unknown', 'charging', 'review', 'fallback'].includes(reference.place);
}

const webhook = (payment: Payment, status: BookStatus, copies: number): Command =>
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
      await real.run.idle();
      reference.now = await real.harness.now();
      const overdue = isOverdue(reference);
      learn(reference, payment, status);
      if (overdue && reference.place === 'fallback') await pass(reference, real, LONGEST_PAUSE + MINUTE);
    },
  );

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

/** Changes the books without a webhook, so that the run has to poll. */
const silently = (status: BookStatus): Command =>
  command(
    `Dodo turns the payment to ${status} and tells nobody`,
    (reference) => {
      const payment = reference.place === 'fallback' ? 'checkout' : 'original';
      if (!reference.readable || !mayBecome(reference, payment, status) || isOverdue(reference)) return false;
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
      await run.idle();
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
    ...[lookAt, takeBack, refundIt, staleWebhook, stranger],
    ...[10 * MINUTE, 3 * HOUR].map(giveTime),
  ),
  fc.boolean().map(speak),
  ...often(2, fc.constantFrom(goBlind, seeAgain, reach)),
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
  only(({ place }) => place === 'review', speak(false)),
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
  only(({ place }) => place === 'review', speak(true)),
  webhook('original', 'succeeded', 1),
  webhook('checkout', 'succeeded', 1),
  ...NOBODY_PAYS,
];
