import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { testStack, type TestStack } from '../../support/stack.js';
import { buy, openOffer, settled, CARD, payLink } from '../../support/purchases.js';
import { testClient } from '../../support/temporal.js';
import type { AttemptInput } from '../../../src/domain/attempt.js';
import type { CompensationRecord, ReviewRecord } from '../../../src/domain/accounting.js';
import { checkInvariants } from './check.js';
import { presentationsOf, type Evidence, type Rule } from './evidence.js';
import { gatherEvidence } from './gather-evidence.js';
import { startMerchant, type Merchant } from '../../support/merchant.js';

let stack: TestStack;
let merchant: Merchant;
/** The evidence of four honest purchases. Every test tampers with a copy. */
let honest: Evidence;

beforeAll(async () => {
  merchant = await startMerchant();
  // Longer than this takes on any machine: after a lost reply, every fallback would be too early.
  stack = await testStack({ ...merchant.env, RECONCILE_WINDOW: '20m' });
  await Promise.all([converts(), recovers(), declines(), upgrades()]);
  const { client } = await testClient();
  const collect = () =>
    gatherEvidence({
      catalog: stack.catalog,
      books: stack.sandbox.books,
      ledger: stack.ledger,
      client,
      taskQueue: stack.taskQueue,
      swept: true,
      told: merchant.taken(),
    });
  honest = await eventually('all runs have ended', async () => {
    const evidence = await collect();
    return evidence.runs.every(({ status }) => status === 'COMPLETED') && evidence;
  });
});
afterAll(async () => {
  await stack.stop();
  await merchant.close();
});

async function converts(): Promise<void> {
  const bought = await buy(stack, 'prod_starter_course');
  await openOffer(stack, bought.customer_id);
  await stack.http.post(`/api/upsell/${bought.customer_id}/accept`);
  await settled(stack, bought.payment_id);
}

async function recovers(): Promise<void> {
  const bought = await buy(stack, 'prod_single_license', { card: CARD.declinesLater });
  await openOffer(stack, bought.customer_id);
  const { body } = await stack.http.post<{ checkoutUrl: string }>(`/api/upsell/${bought.customer_id}/accept`);
  await payLink(stack.sandbox, body.checkoutUrl);
  await settled(stack, bought.payment_id);
}

async function declines(): Promise<void> {
  const bought = await buy(stack, 'prod_starter_course');
  await openOffer(stack, bought.customer_id);
  await stack.http.post(`/api/upsell/${bought.customer_id}/decline`);
  await stack.http.post(`/api/upsell/${bought.customer_id}/decline`);
  await settled(stack, bought.payment_id);
}

async function upgrades(): Promise<void> {
  const bought = await buy(stack, 'prod_basic_plan');
  await openOffer(stack, bought.customer_id);
  await stack.http.post(`/api/upsell/${bought.customer_id}/accept`);
  await settled(stack, bought.payment_id);
}

const rulesBroken = (evidence: Evidence) => new Set(checkInvariants(evidence).map(({ rule }) => rule));

/** Returns the violations after tampering with the evidence. */
function doctored(tamper: (evidence: Evidence) => void): ReturnType<typeof checkInvariants> {
  const copy = structuredClone(honest);
  tamper(copy);
  return checkInvariants(copy);
}

function expectCaught(rule: Rule, words: RegExp, tamper: (evidence: Evidence) => void): void {
  const of = doctored(tamper).filter((violation) => violation.rule === rule);
  expect(of.map(({ what }) => what).join('\n')).toMatch(words);
}

/** Returns the first match. A test would mean nothing without one. */
function first<T>(items: readonly T[], which: (item: T) => boolean = () => true): T {
  const found = items.find(which);
  if (found === undefined) throw new Error('The honest evidence lacks what this test tampers with.');
  return found;
}

const paidUpsell = ({ books }: Evidence) =>
  first(books.payments, (one) => one.metadata.upsell_attempt_id !== undefined && one.status === 'succeeded');
const withStatus = (evidence: Evidence, status: string) =>
  first(presentationsOf(evidence), (one) => one.status === status);
const sending = ({ runs }: Evidence, type = 'charge') => {
  const run = first(runs, ({ activities }) => activities.some((activity) => activity.type === type));
  const activity = first(run.activities, (one) => one.type === type);
  return { run, activity, input: activity.input as AttemptInput };
};

/** Returns a refund as this system makes it, with the attempt in its metadata. */
function refundOf(
  payment: Evidence['books']['payments'][number],
  status: 'succeeded' | 'failed',
): Evidence['books']['refunds'][number] {
  const { payment_id, metadata, customer, business_id, brand_id, created_at } = payment;
  const paid = { payment_id, metadata, customer, business_id, brand_id, created_at };
  return { ...paid, refund_id: 'ref_1', status, is_partial: false };
}

it('finds nothing wrong with honest purchases', () => {
  expect(checkInvariants(honest)).toEqual([]);
  expect(honest.books.payments.length).toBeGreaterThanOrEqual(7);
  expect(honest.runs.length).toBeGreaterThanOrEqual(9);
  expect(honest.told?.filter(({ type }) => type === 'offer.fulfilled')).toHaveLength(3);
});

describe('one charge per acceptance', () => {
  it('is broken by a second payment that was not refunded', () => {
    expectCaught('one charge per acceptance', /was charged 2 times/, (evidence) => {
      const { books } = evidence;
      books.payments.push({ ...paidUpsell(evidence), payment_id: 'pay_second' });
    });
  });

  it('holds if the second payment was refunded automatically, and not if that refund failed', () => {
    const twice = (status: 'succeeded' | 'failed') => (evidence: Evidence) => {
      const paid = paidUpsell(evidence);
      const second = { ...paid, payment_id: 'pay_second' };
      evidence.books.payments.push(second);
      evidence.books.refunds.push(refundOf(second, status));
    };
    const rules = (status: 'succeeded' | 'failed') => doctored(twice(status)).map(({ rule }) => rule);
    expect(rules('succeeded')).not.toContain('one charge per acceptance');
    expect(rules('failed')).toContain('one charge per acceptance');
  });

  it('holds for a second payment whose refund came to nothing once a person was asked, and not before', () => {
    const stuck = (status: ReviewRecord['status']) =>
      doctored((evidence) => {
        const second = { ...paidUpsell(evidence), payment_id: 'pay_second' };
        evidence.books.payments.push(second);
        evidence.books.refunds.push(refundOf(second, 'failed'));
        accountsOf(evidence).reviews.push(
          reviewOf({ kind: 'refund_failed', paymentId: 'pay_second', status }),
        );
      }).map(({ rule }) => rule);
    expect(stuck('open')).not.toContain('one charge per acceptance');
    expect(stuck('resolved')).toContain('one charge per acceptance');
  });

  it('is broken by a refund of the only payment', () => {
    expectCaught('one charge per acceptance', /every payment of it went back/, (evidence) => {
      evidence.books.refunds.push(refundOf(paidUpsell(evidence), 'succeeded'));
    });
  });
});

describe('no charge without acceptance', () => {
  it('is broken if the click is missing', () => {
    expectCaught('no charge without acceptance', /no click on prs_\w+ stands before it/, (evidence) => {
      const { run } = sending(evidence);
      run.updates = [];
    });
  });

  it('is broken if the click on a plan change came after the change', () => {
    expectCaught('no charge without acceptance', /no click on prs_\w+ stands before it/, (evidence) => {
      const { run } = sending(evidence, 'changePlan');
      const parent = first(evidence.runs, ({ workflowId }) => workflowId === run.parent?.workflowId);
      for (const update of parent.updates) update.eventId += 1_000;
    });
  });

  it('is broken by an amount above what was shown, in the run or at Dodo', () => {
    expectCaught('no charge without acceptance', /shown was/, (evidence) => {
      sending(evidence).input.price.dueNow += 1;
    });
    expectCaught('no charge without acceptance', /took \d+ USD; accepted was/, (evidence) => {
      paidUpsell(evidence).total_amount += 1;
    });
  });

  it('is broken by a payment that no run made', () => {
    expectCaught('no charge without acceptance', /which no run made/, (evidence) => {
      const paid = paidUpsell(evidence);
      const metadata = { ...paid.metadata, upsell_attempt_id: 'purchase/pay_nobody:bundle:1' };
      evidence.books.payments.push({ ...paid, payment_id: 'pay_foreign', metadata });
    });
  });

  it('is broken by a request that was sent twice, or that names no attempt', () => {
    const charging = ({ books }: Evidence) => first(books.requests, ({ path }) => path === '/checkouts');
    expectCaught('no charge without acceptance', /was sent 2 times/, (evidence) => {
      evidence.books.requests.push({ ...charging(evidence), id: 'req_again' });
    });
    expectCaught('no charge without acceptance', /carry no attempt/, (evidence) => {
      evidence.books.requests.push({ ...charging(evidence), body: { confirm: true } });
    });
  });
});

describe('no fallback while unknown', () => {
  const lose = (status: number | null) => (evidence: Evidence) => {
    const { input } = first(
      evidence.runs.flatMap(({ activities }) => activities),
      ({ type }) => type === 'openFallback',
    ) as { input: AttemptInput };
    const attemptId = input.attemptId.replace(/:2$/, ':1');
    const request = first(evidence.books.requests, ({ body }) =>
      JSON.stringify(body).includes(`"${attemptId}"`),
    );
    request.status = status;
    for (const payment of evidence.books.payments)
      if (payment.metadata.upsell_attempt_id === attemptId) payment.status = 'processing';
  };

  it.each([null, 500])('is broken by a fallback right after a reply %s', (status) => {
    expectCaught(
      'no fallback while unknown',
      /\d+ ms too early after purchase\/\S+:1 was lost/,
      lose(status),
    );
  });

  it('holds after a definite reply', () => {
    expect(doctored(lose(422)).map(({ rule }) => rule)).not.toContain('no fallback while unknown');
  });
});

describe('no silent acceptance', () => {
  it.each(['charging', 'accepted', 'reconciling', 'open'] as const)('is broken by one left %s', (status) => {
    expectCaught('no silent acceptance', /although nothing is under way/, (evidence) => {
      withStatus(evidence, 'paid').status = status;
    });
  });

  it('is broken by a fallback for which no run waits, and by one without a link', () => {
    expectCaught('no silent acceptance', /no run waits for it any more/, (evidence) => {
      withStatus(evidence, 'paid').status = 'fallback';
    });
    expectCaught('no silent acceptance', /without a link/, (evidence) => {
      for (const run of evidence.runs) run.status = 'RUNNING';
      withStatus(evidence, 'paid').status = 'fallback';
    });
  });

  it('is broken by an acceptance that the ledger lacks, or has as another decision', () => {
    expectCaught('no silent acceptance', /the ledger does not know it/, (evidence) => {
      const { input } = sending(evidence);
      for (const purchase of evidence.ledger.purchases)
        purchase.presentations = purchase.presentations.filter(({ id }) => id !== input.presentationId);
    });
    expectCaught('no silent acceptance', /its decision is expired/, (evidence) => {
      withStatus(evidence, 'paid').decision = 'expired';
    });
  });

  it('is broken by an answer that turned out false', () => {
    expectCaught('no silent acceptance', /its decision is declined/, (evidence) => {
      evidence.answers = [{ presentationId: withStatus(evidence, 'declined').id, said: 'accepted' }];
    });
    const late = doctored((evidence) => {
      const { id, workflowId, expiresAt } = withStatus(evidence, 'declined');
      const click = {
        eventId: 99,
        at: Date.parse(expiresAt) + 1,
        name: 'acceptOffer',
        args: [{ presentationId: id }],
      };
      first(evidence.runs, (run) => run.workflowId === workflowId).signals.push(click);
      evidence.answers = [{ presentationId: id, said: 'accepted' }];
    });
    expect(late).toEqual([]);
    expectCaught('no silent acceptance', /answered as declined/, (evidence) => {
      evidence.answers = [{ presentationId: withStatus(evidence, 'paid').id, said: 'declined' }];
    });
  });
});

describe('nothing shown after a no', () => {
  it('is broken by the same offer to the same customer later', () => {
    expectCaught('nothing shown after a no', /was shown to cus_\w+ as prs_again/, (evidence) => {
      const declined = withStatus(evidence, 'declined');
      const purchase = first(evidence.ledger.purchases, (one) => one.presentations.includes(declined));
      const presentedAt = new Date(Date.parse(declined.decidedAt ?? '') + 1).toISOString();
      purchase.presentations.push({ ...declined, id: 'prs_again', status: 'open', presentedAt });
    });
  });

  it('is broken by a step that was shown twice', () => {
    expectCaught('nothing shown after a no', /was shown 2 times/, (evidence) => {
      const paid = withStatus(evidence, 'paid');
      const purchase = first(evidence.ledger.purchases, (one) => one.presentations.includes(paid));
      purchase.presentations.push({ ...paid, id: 'prs_again' });
    });
  });
});

describe('one effect per webhook', () => {
  it('is broken by more signals than there were events', () => {
    expectCaught('one effect per webhook', /has \d+ signals paymentEvent of pay_\w+/, (evidence) => {
      const { run } = sending(evidence);
      const signal = first(run.signals, ({ name }) => name === 'paymentEvent');
      run.signals.push(signal, signal);
    });
  });

  it('is broken by a run that was started twice, but not by a reset', () => {
    const twice = (resetFrom: string | undefined) => (evidence: Evidence) => {
      const { run } = sending(evidence);
      evidence.runs.push({ ...run, runId: 'another', resetFrom });
    };
    expectCaught('one effect per webhook', /was started 2 times/, twice(undefined));
    expect(doctored(twice('the-first')).map(({ rule }) => rule)).not.toContain('one effect per webhook');
  });

  it('is broken by a purchase that started two runs', () => {
    expectCaught('one effect per webhook', /set off purchase\/\w+ and purchase\/other/, (evidence) => {
      const { run } = sending(evidence);
      evidence.runs.push({ ...run, workflowId: 'purchase/other' });
    });
  });
});

describe('no lost purchase', () => {
  const loseRun = (evidence: Evidence) => {
    const { run } = sending(evidence);
    evidence.runs = evidence.runs.filter(({ workflowId }) => workflowId !== run.workflowId);
    return run.workflowId.replace('purchase/', '');
  };

  it('is broken by an acknowledged purchase without a run', () => {
    expectCaught('no lost purchase', /was acknowledged, and has no run/, loseRun);
  });

  it('is broken by a purchase that the sweep missed, but not before a sweep', () => {
    const undelivered = (swept: boolean) => (evidence: Evidence) => {
      const paymentId = loseRun(evidence);
      for (const delivery of evidence.books.deliveries)
        if (delivery.subject.kind !== 'raw' && delivery.subject.id === paymentId) delivery.attempts = [];
      evidence.swept = swept;
    };
    expectCaught('no lost purchase', /the sweep did not find/, undelivered(true));
    expect(doctored(undelivered(false)).map(({ rule }) => rule)).not.toContain('no lost purchase');
  });
});

describe('one fulfilment per payment', () => {
  it('is broken by none, by two, and by one for an offer that was declined', () => {
    const none = (evidence: Evidence) => {
      evidence.told = evidence.told?.filter(({ type }) => type !== 'offer.fulfilled');
    };
    expectCaught('one fulfilment per payment', /was sent 0 times/, none);
    const another = (status: string) => (evidence: Evidence) => {
      const { id: presentationId, purchaseId } = withStatus(evidence, status);
      evidence.told?.push({ id: 'ntf_another', type: 'offer.fulfilled', presentationId, purchaseId });
    };
    expectCaught('one fulfilment per payment', /was sent 2 times/, another('paid'));
    expectCaught('one fulfilment per payment', /is declined, and .* 1 times/, another('declined'));
  });

  it('is broken by access that does not end when all of the money is back, or ends although it is not', () => {
    expectCaught('one fulfilment per payment', /refunded as a whole, .* 0 times/, (evidence) => {
      const paid = paidUpsell(evidence);
      const movement = first(evidence.books.movements, (one) => one.payment_id === paid.payment_id);
      evidence.books.movements.push({ ...movement, kind: 'refund', amount: -movement.amount });
    });
    expectCaught('one fulfilment per payment', /not refunded as a whole, .* 1 times/, (evidence) => {
      const { id: presentationId, purchaseId } = withStatus(evidence, 'paid');
      evidence.told?.push({ id: 'ntf_reversed', type: 'offer.reversed', presentationId, purchaseId });
    });
  });

  it('holds if the same notification came twice', () => {
    const repeated = doctored(({ told = [] }) => told.push(...told));
    expect(repeated).toEqual([]);
  });
});

describe('the same money everywhere', () => {
  it('is broken by a cent more at Dodo, and by money that the ledger lacks', () => {
    expectCaught('the same money everywhere', /Dodo has \d+, the ledger \d+/, (evidence) => {
      const paid = paidUpsell(evidence);
      first(evidence.books.movements, (one) => one.payment_id === paid.payment_id).amount += 1;
    });
    expectCaught('the same money everywhere', /\(failed\): Dodo has \d+, the ledger 0/, (evidence) => {
      withStatus(evidence, 'paid').status = 'failed';
    });
  });

  it('is broken by a refund that the ledger lacks', () => {
    expectCaught('the same money everywhere', /Dodo has 0, the ledger \d+/, (evidence) => {
      const paid = paidUpsell(evidence);
      const movement = first(evidence.books.movements, (one) => one.payment_id === paid.payment_id);
      evidence.books.movements.push({ ...movement, kind: 'refund', amount: -movement.amount });
    });
  });
});

describe('the outcome of a purchase', () => {
  it('cannot be one without a payment if its offer is paid', () => {
    expectCaught(
      'the same money everywhere',
      /ended as ineligible, and prs_\w+ of it is paid/,
      (evidence) => {
        const paid = withStatus(evidence, 'paid');
        first(evidence.ledger.purchases, (one) => one.presentations.includes(paid)).outcome = 'ineligible';
      },
    );
  });
});

describe('runs in health', () => {
  it('is broken by a failed run, by a failure in workflow code, and by an endless history', () => {
    expectCaught('runs in health', /is FAILED/, ({ runs }) => void (first(runs).status = 'FAILED'));
    expectCaught('runs in health', /failed in its code: no such step/, ({ runs }) => {
      first(runs).taskFailures.push('no such step');
    });
    expectCaught(
      'runs in health',
      /a history of 2001 events/,
      ({ runs }) => void (first(runs).events = 2001),
    );
  });

  it('holds for a run that a reset ended, and not for a terminated one', () => {
    const terminate = (reset: boolean) => (evidence: Evidence) => {
      const { run } = sending(evidence);
      const terminated = { ...run, status: 'TERMINATED' };
      evidence.runs = evidence.runs.map((one) => (one === run ? terminated : one));
      if (reset) evidence.runs.push({ ...run, runId: 'after-the-reset', resetFrom: run.runId });
    };
    expect(doctored(terminate(true)).map(({ rule }) => rule)).not.toContain('runs in health');
    expect(doctored(terminate(false)).map(({ rule }) => rule)).toContain('runs in health');
  });
});

const accountsOf = ({ ledger: { accounts } }: Evidence) => {
  if (!accounts) throw new Error('The evidence has no accounts.');
  return accounts;
};
const recordOf = (evidence: Evidence) => {
  const { payment_id } = paidUpsell(evidence);
  return first(accountsOf(evidence).payments, ({ paymentId }) => paymentId === payment_id);
};
const reviewOf = (fields: Partial<ReviewRecord>): ReviewRecord => ({
  reviewId: 'rev_1',
  kind: 'refund_failed',
  status: 'open',
  openedAt: new Date().toISOString(),
  ...fields,
});

describe('every payment has a verdict', () => {
  it('is broken by a payment that is not recorded, or of which nothing was decided', () => {
    expectCaught('every payment has a verdict', /is not accounted for/, (evidence) => {
      recordOf(evidence).verdict = 'undecided';
    });
    expectCaught('every payment has a verdict', /is not accounted for/, (evidence) => {
      const accounts = accountsOf(evidence);
      const record = recordOf(evidence);
      accounts.payments = accounts.payments.filter((one) => one !== record);
    });
  });

  it('is broken by a payment that is recorded with another amount', () => {
    expectCaught('every payment has a verdict', /of \d+ USD is recorded as 1 USD/, (evidence) => {
      recordOf(evidence).amount = 1;
    });
  });

  it("is broken by somebody else's payment that counts, or that we gave back", () => {
    expectCaught('every payment has a verdict', /somebody else's; it is recorded as counts/, (evidence) => {
      evidence.strangers = [paidUpsell(evidence).payment_id];
    });
    expectCaught('every payment has a verdict', /somebody else's; it was refunded/, (evidence) => {
      evidence.strangers = [paidUpsell(evidence).payment_id];
      evidence.books.refunds.push(refundOf(paidUpsell(evidence), 'succeeded'));
    });
  });

  it('is broken by money that stays although it was to go back, and by doubt that nobody was asked about', () => {
    for (const verdict of ['goes_back', 'review'] as const) {
      expectCaught('every payment has a verdict', /nobody was asked/, (evidence) => {
        recordOf(evidence).verdict = verdict;
      });
    }
  });

  it('is broken by a kept sum that is not the one in the ledger, or is kept twice', () => {
    expectCaught('every payment has a verdict', /books 14900 USD, .* 1 payments of 1 USD/, (evidence) => {
      const record = first(accountsOf(evidence).payments, ({ amount }) => amount === 14_900);
      record.amount = 1;
    });
    expectCaught('every payment has a verdict', /2 payments/, (evidence) => {
      accountsOf(evidence).payments.push({ ...recordOf(evidence), paymentId: 'pay_again' });
    });
  });
});

describe('no compensation left', () => {
  const open = {
    compensationId: 'refund/pay_1',
    kind: 'refund',
    status: 'open',
    paymentId: 'pay_1',
    tries: 1,
    refusals: 0,
    refundIds: [],
    openedAt: new Date().toISOString(),
  } satisfies CompensationRecord;

  it('is broken by one that is open, and not by one that a person was asked about', () => {
    expectCaught('no compensation left', /no review/, (evidence) => {
      accountsOf(evidence).compensations.push(open);
    });
    const asked = doctored((evidence) => {
      accountsOf(evidence).compensations.push(open);
      accountsOf(evidence).reviews.push(reviewOf({ paymentId: 'pay_1' }));
    });
    expect(asked.map(({ rule }) => rule)).not.toContain('no compensation left');
  });
});

describe('nothing past its deadline', () => {
  it('is broken by an offer that is still open, or still being fulfilled', () => {
    const DAY = 24 * 60 * 60 * 1000;
    for (const [status, days] of [
      ['open', 1],
      ['fallback', 17],
    ] as const) {
      expectCaught('nothing past its deadline', new RegExp(`is still ${status}`), (evidence) => {
        withStatus(evidence, 'paid').status = status;
        evidence.at = new Date(evidence.at.getTime() + days * DAY);
      });
    }
  });

  it('is broken by an offer in review of which no review tells', () => {
    expectCaught('nothing past its deadline', /there is none/, (evidence) => {
      withStatus(evidence, 'paid').status = 'needs_review';
    });
  });
});

it('does not judge the money of an acceptance in review', () => {
  const inReview = structuredClone(honest);
  for (const run of inReview.runs) run.status = 'RUNNING';
  const doubted = withStatus(inReview, 'paid');
  doubted.status = 'needs_review';
  accountsOf(inReview).reviews.push(reviewOf({ kind: 'unproven_attempt', presentationId: doubted.id }));
  inReview.told = undefined;
  expect(rulesBroken(inReview)).toEqual(new Set());
});
