import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ActivityContext } from '../../../activities/context.js';
import { chargeActivities } from '../../../activities/fulfilling/charge.js';
import type { Evaluation } from '../../../activities/offering/evaluate.js';
import { presentActivities, type PresentInput } from '../../../activities/offering/present.js';
import type { AttemptInput } from '../../../src/domain/attempt.js';
import { stepAfter, stepOf, type Step } from '../../../src/domain/funnel.js';
import { workflowId } from '../../../src/domain/ids.js';
import type { FunnelSnapshot, OfferCopy } from '../../../src/domain/offers.js';
import { openShop, type Shop } from '../shop.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Every word in the catalog begins with the tag, so that a trace of one can be searched for. */
const copy = (tag: string, offer: string) => `
    copy:
      headline: "${tag}-${offer} {product}"
      body: "${tag}-${offer} body"
      badge: "${tag}-${offer} badge"
      accept: "${tag}-${offer} {dueNow}"
      decline: "${tag}-${offer} no"
      locales: { de: { headline: "${tag}-${offer} Titel", accept: "${tag}-${offer} ja", decline: "${tag}-${offer} nein" } }`;

const worded = (tag: string) => `
version: 1
offers:
  bundle:
    type: upsell
    action: { kind: charge, product_id: prod_complete_bundle }
    window: 30m${copy(tag, 'bundle')}
  workbook:
    type: downsell
    action: { kind: charge, product_id: prod_course_workbook }
    window: 30m${copy(tag, 'workbook')}
  license:
    type: downsell
    action: { kind: charge, product_id: prod_team_license }
    window: 30m${copy(tag, 'license')}
  pro:
    type: upsell
    action: { kind: change_plan, product_id: prod_pro_plan }
    window: 30m${copy(tag, 'pro')}
  keep:
    type: downsell
    action: { kind: pause, for: 30d }
    window: 1h${copy(tag, 'keep')}
funnels:
  starter:
    trigger: purchase
    when: { product_id: prod_starter_course }
    steps:
      - { id: bundle, offer: bundle, on: { decline: workbook, expire: arms } }
      - { id: workbook, offer: workbook }
      - { id: arms, variants: [{ id: a, offer: workbook }, { id: b, offer: license }] }
  limit:
    trigger: limit_approaching
    steps:
      - { id: pro, offer: pro, on: { decline: keep } }
      - { id: keep, offer: keep }
  asked:
    trigger: upgrade_requested
    steps: [{ id: plan, offer: requested_plan, wait: 1h }]
`;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
beforeEach(() => {
  shop.sell(worded('FIRST'));
  shop.pass(MINUTE);
});
afterAll(() => shop.close());

type Presented = Extract<Evaluation, { kind: 'presented' }>;

function presented(evaluation: Evaluation): Presented {
  if (evaluation.kind !== 'presented') throw new Error(`No offer: ${JSON.stringify(evaluation)}.`);
  return evaluation;
}

/** A purchase whose first offer is shown. */
async function bought() {
  const { payment_id } = await shop.buy('prod_starter_course');
  return { purchaseId: payment_id, ...presented(await shop.evaluate(payment_id)) };
}

/** The input of a step after a decision on the first, as the workflow makes it. */
function inputOf(
  { snapshot, presented: shown, purchaseId }: Presented & { purchaseId: string },
  { step, offer }: Step,
  run = workflowId.purchase(purchaseId),
): PresentInput {
  return {
    purchaseId,
    workflowId: run,
    funnelId: snapshot.funnel.id,
    catalogHash: snapshot.catalogHash,
    step: step.id,
    offer,
    policy: snapshot.policy,
    variants: step.variants && { step, offers: snapshot.offers },
    customerId: shown.customerId,
    subscriptionId: shown.subscriptionId,
    currency: shown.currency,
    previous: {
      presentationId: shown.presentationId,
      patch: { status: 'declined', decision: 'declined', decidedAt: shop.now().toISOString() },
      timeline: [],
    },
  };
}

function next(snapshot: FunnelSnapshot, decision: 'declined' | 'expired'): Step {
  const step = stepAfter(snapshot, snapshot.funnel.steps[0]?.id ?? '', decision);
  if (!step) throw new Error('The funnel ends here.');
  return step;
}

/** Shows a step, and returns the presentation in the ledger. */
async function show(input: PresentInput, context: ActivityContext = shop.context) {
  const result = await presentActivities(context).present(input);
  if (result.kind !== 'presented') throw new Error(`Skipped: ${result.reason}, ${result.detail}.`);
  const record = await context.ledger.presentation(result.presented.presentationId);
  if (!record) throw new Error('The ledger does not have the presentation.');
  return { result, record };
}

/** As recorded in histories of runs that began before words were left out. */
const recordedCopy: OfferCopy = {
  headline: 'RECORDED {product}',
  accept: 'RECORDED {dueNow}',
  decline: 'RECORDED no',
};

describe('what a run keeps', () => {
  it('has no words after an evaluation, in no language', async () => {
    const { purchaseId: _, ...evaluation } = await bought();
    expect(Object.keys(evaluation.snapshot.offers)).toEqual(['bundle', 'workbook', 'license']);
    expect(JSON.stringify(evaluation)).not.toMatch(/FIRST|copy|locales/);
  });

  it('has no words of a first step that is shown after a wait, or of a requested plan', async () => {
    const { customer_id: customerId } = await shop.buy('prod_basic_plan');
    const waiting = await shop.evaluateTrigger('upgrade_requested', {
      customerId,
      productId: 'prod_pro_plan',
    });
    expect(waiting.kind).toBe('waiting');
    expect(JSON.stringify(waiting)).not.toMatch(/copy|Keep my plan/);

    shop.sell('version: 1\noffers: {}\nfunnels: {}\n');
    const { customer_id } = await shop.buy('prod_basic_plan');
    const asked = { customerId: customer_id, productId: 'prod_pro_plan' };
    const evaluation = await shop.evaluateTrigger('upgrade_requested', asked);
    expect(JSON.stringify(presented(evaluation))).not.toMatch(/copy|Keep my plan/);
  });

  it('has no words after a later step', async () => {
    const run = await bought();
    const input = inputOf(run, next(run.snapshot, 'declined'));
    const { result } = await show(input);
    expect(JSON.stringify([input, result])).not.toMatch(/FIRST|copy|locales/);
  });
});

describe('the words of a presentation', () => {
  it('are kept in the ledger in every language', async () => {
    const { purchaseId } = await bought();
    expect((await shop.purchase(purchaseId)).presentations).toMatchObject([
      {
        copy: { headline: 'FIRST-bundle Complete bundle', accept: 'FIRST-bundle $149.00' },
        words: { headline: 'FIRST-bundle {product}', locales: { de: { accept: 'FIRST-bundle ja' } } },
      },
    ]);
  });

  it('are those of the version the run began with, whatever the catalog says by the time of the step', async () => {
    const run = await bought();
    shop.sell(worded('SECOND'));
    const { record } = await show(inputOf(run, next(run.snapshot, 'declined')));
    expect(record).toMatchObject({
      offerId: 'workbook',
      catalogHash: run.snapshot.catalogHash,
      copy: { badge: 'FIRST-workbook badge' },
      words: { locales: { de: { decline: 'FIRST-workbook nein' } } },
    });
  });

  it('are those of that version for each arm of an experiment', async () => {
    const run = await bought();
    shop.sell(worded('SECOND'));
    const { record } = await show(inputOf(run, next(run.snapshot, 'expired')));
    expect(record.variant).toMatch(/^[ab]$/);
    expect(record.words?.decline).toBe(`FIRST-${record.offerId} no`);
  });

  it('are those of that version for a retention offer', async () => {
    const { customer_id: customerId } = await shop.buy('prod_basic_plan');
    const evaluation = await shop.evaluateTrigger('limit_approaching', { customerId });
    const run = { ...presented(evaluation), purchaseId: evaluation.eventId };
    shop.sell(worded('SECOND'));
    const step = next(run.snapshot, 'declined');
    const { record } = await show(inputOf(run, step, workflowId.trigger(evaluation.eventId)));
    expect(record).toMatchObject({ offerId: 'keep', copy: { body: 'FIRST-keep body' } });
  });

  it('are our own for a requested plan, also when it is shown after a wait', async () => {
    const { customer_id: customerId } = await shop.buy('prod_basic_plan');
    const evaluation = await shop.evaluateTrigger('upgrade_requested', {
      customerId,
      productId: 'prod_pro_plan',
    });
    if (evaluation.kind !== 'waiting') throw new Error('A wait was expected.');
    shop.sell(worded('SECOND'));
    shop.pass(HOUR);
    const { snapshot, step, subject, eventId } = evaluation;
    const { record } = await show({
      purchaseId: eventId,
      workflowId: workflowId.trigger(eventId),
      funnelId: snapshot.funnel.id,
      catalogHash: snapshot.catalogHash,
      step,
      offer: stepOf(snapshot, step).offer,
      policy: snapshot.policy,
      ...subject,
      first: true,
    });
    expect(record).toMatchObject({
      copy: { headline: 'Change to Pro plan', accept: 'Pay $50.00 and upgrade' },
      words: { decline: 'Keep my plan' },
    });
  });

  it('are those that a run recorded, if it began before they were left out', async () => {
    const run = await bought();
    const step = next(run.snapshot, 'declined');
    const recorded = { ...step, offer: { ...step.offer, copy: recordedCopy } };
    const { record } = await show(inputOf(run, recorded));
    expect(record).toMatchObject({ words: recordedCopy, copy: { headline: 'RECORDED Course workbook' } });
  });

  it('are those of the catalog in force only when the version of the run is not stored', async () => {
    const run = await bought();
    shop.sell(worded('SECOND'));
    const context: ActivityContext = {
      ...shop.context,
      ledger: { ...shop.context.ledger, catalogOf: async () => undefined },
    };
    const { record } = await show(inputOf(run, next(run.snapshot, 'declined')), context);
    expect(record.copy.decline).toBe('SECOND-workbook no');
  });

  it('are missing when neither has them, and then the step is skipped', async () => {
    const run = await bought();
    shop.sell('version: 1\noffers: {}\nfunnels: {}\n');
    const context: ActivityContext = {
      ...shop.context,
      ledger: { ...shop.context.ledger, catalogOf: async () => undefined },
    };
    const input = inputOf(run, next(run.snapshot, 'declined'));
    expect(await presentActivities(context).present(input)).toEqual({
      kind: 'skipped',
      reason: 'product_unavailable',
      detail: 'the words of offer workbook are not stored',
    });
  });
});

describe('a charge whose price has gone up', () => {
  async function input(more: Partial<AttemptInput['offer']> = {}): Promise<AttemptInput> {
    const { purchaseId, snapshot, presented: shown } = await bought();
    const { offer } = stepOf(snapshot, 'bundle');
    if (offer.action.kind !== 'charge') throw new Error('The bundle is charged for.');
    return {
      attemptId: `${workflowId.purchase(purchaseId)}:bundle:1`,
      presentationId: shown.presentationId,
      purchaseId,
      paymentId: purchaseId,
      customerId: shown.customerId,
      paymentMethodId: shown.paymentMethodId,
      quantity: 1,
      offer: { action: offer.action, discountCode: offer.discountCode, copy: offer.copy, ...more },
      price: { currency: 'USD', dueNow: shown.dueNow - 1, hash: 'an earlier price' },
      acceptedAt: shop.now().toISOString(),
      sendBefore: shop.now().getTime() + MINUTE,
      runStartedAt: shop.now().toISOString(),
    };
  }
  const reopened = async (attempt: AttemptInput, context = shop.context) => {
    const reply = await chargeActivities(context).charge(attempt);
    expect(reply).toMatchObject({ kind: 'price_changed', price: { dueNow: 14_900 } });
    return (await shop.context.ledger.presentation(attempt.presentationId))?.copy;
  };

  it('opens the offer again in the words it was shown in, although the run has none', async () => {
    const attempt = await input();
    expect(JSON.stringify(attempt)).not.toMatch(/FIRST|copy/);
    await shop.context.ledger.updatePresentation(attempt.presentationId, {
      copy: { headline: 'old', accept: 'old', decline: 'old' },
    });
    shop.sell(worded('SECOND'));
    expect(await reopened(attempt)).toMatchObject({
      headline: 'FIRST-bundle Complete bundle',
      accept: 'FIRST-bundle $149.00',
    });
  });

  it.each([
    ['in the words of its run, if that recorded them', recordedCopy, 'RECORDED no'],
    ['in the words of its version, if the run has none', undefined, 'FIRST-bundle no'],
  ])('opens a presentation without words again %s', async (_, recorded, decline) => {
    const attempt = await input({ copy: recorded });
    shop.sell(worded('SECOND'));
    const { ledger } = shop.context;
    const context: ActivityContext = {
      ...shop.context,
      ledger: {
        ...ledger,
        presentation: async (id) => {
          const record = await ledger.presentation(id);
          return record && { ...record, words: undefined };
        },
      },
    };
    expect(await reopened(attempt, context)).toMatchObject({ decline });
  });
});

it('the version is stored before a run relies on it', async () => {
  shop.sell(worded('THIRD'));
  const { snapshot } = await bought();
  expect(await shop.context.ledger.catalogOf(snapshot.catalogHash)).toEqual(shop.context.catalog());
  expect(await shop.context.ledger.catalogOf('sha256:0000000000000000')).toBeUndefined();
});
