import { describe, test } from 'vitest';
import { expectProblems, withOffer } from './marked.js';
import type { Mistake } from './marked.js';

const WINDOW = 'a duration from 10s to 365d, such as 30s, 30m, 2h or 1d12h';
const PLAN = 'kind: change_plan, product_id: p';

const offers: Mistake[] = [
  ['another version', withOffer({}).replace('version: 1', 'version: ▸2'), ['version', 'must be 1, not 2']],
  [
    'only a version',
    '▸▸version: 1',
    ['offers', 'is missing; expected a map of offers by id'],
    ['funnels', 'is missing; expected a map of funnels by id'],
  ],
  ['an unknown section', `${withOffer({})}\n▸funnel: {}`, ['funnel', 'unknown key; did you mean "funnels"?']],
  [
    'an offer id with capitals',
    withOffer({}).replace('  a:', '  ▸A:').replace('offer: a', 'offer: A'),
    [
      'offers.A',
      'the id must be lower-case letters, digits, _ and -, starting with a letter or digit, at most 64',
    ],
  ],
  [
    'an empty offer',
    withOffer({}).replace('funnels:', '  ▸b:\nfunnels:'),
    ['offers.b', /^must be an offer .*, not empty$/],
  ],
  [
    'an unknown type',
    withOffer({ type: '▸upsel' }),
    ['offers.a.type', 'must be upsell, downsell or cross_sell, not "upsel"'],
  ],
  [
    'a misspelled key',
    withOffer({ '▸windw': '30m' }),
    ['offers.a.windw', 'unknown key; did you mean "window"?'],
  ],
  [
    'a key that resembles no other',
    withOffer({ copy: '{ headline: h, accept: y, decline: n, ▸colour: red }' }),
    [
      'offers.a.copy.colour',
      'unknown key; expected headline, body, badge, accept, decline, consents, locale, locales',
    ],
  ],
  [
    'a consent that is listed twice',
    withOffer({
      copy: '{ headline: h, accept: y, decline: n, consents: [{ id: t, text: a }, { id: ▸t, text: b }] }',
    }),
    ['offers.a.copy.consents[1].id', 'these words already have a consent "t"'],
  ],
  [
    'an unknown placeholder in a consent',
    withOffer({ copy: '{ headline: h, accept: y, decline: n, consents: [{ id: t, text: ▸"{price}" }] }' }),
    ['offers.a.copy.consents[0].text', /^there is no placeholder \{price\}/],
  ],
  [
    'a translation without the consents',
    withOffer({
      copy: '{ headline: h, accept: y, decline: n, consents: [{ id: t, text: a }], locales: { de: ▸{ headline: h, accept: y, decline: n } } }',
    }),
    ['offers.a.copy.locales.de', 'must ask for the same consents as the offer does in its own language: t'],
  ],
  [
    'metadata under a name of ours',
    withOffer({ metadata: '{ order: x, ▸upsell_proof: y }' }),
    ['offers.a.metadata.upsell_proof', 'is reserved: this system writes it itself'],
  ],
  [
    'metadata under a name that Dodo refuses',
    withOffer({ metadata: '{ ▸"order id": x }' }),
    ['offers.a.metadata."order id"', /^must be 1 to 40 letters, digits/],
  ],
  [
    'metadata with an unknown placeholder',
    withOffer({ metadata: "{ order: ▸'{purchasId}' }" }),
    ['offers.a.metadata.order', 'there is no placeholder {purchasId}; did you mean "{purchaseId}"?'],
  ],
  [
    'metadata that is too long',
    withOffer({ metadata: `{ order: ▸${'x'.repeat(501)} }` }),
    ['offers.a.metadata.order', 'must have at most 500 characters, not 501'],
  ],
  [
    'metadata with a list',
    withOffer({ metadata: '{ order: ▸[a] }' }),
    ['offers.a.metadata.order', /^must be text, a number, true or false/],
  ],
  [
    'no action kind',
    withOffer({ action: '{ product_id: p }' }).replace('action:', '▸action:'),
    ['offers.a.action.kind', 'is missing; expected one of charge, payment, change_plan, pause, extend_trial'],
  ],
  [
    'an unknown action kind',
    withOffer({ action: '{ kind: ▸refund, product_id: p }' }),
    [
      'offers.a.action.kind',
      'must be one of charge, payment, change_plan, pause, extend_trial, not "refund"',
    ],
  ],
  [
    'no product',
    withOffer({ action: '{ kind: charge }' }).replace('action:', '▸action:'),
    ['offers.a.action.product_id', /^is missing; expected the id of a product/],
  ],
  [
    'a product id with a space',
    withOffer({ action: '{ kind: charge, product_id: ▸prod a }' }),
    ['offers.a.action.product_id', /^must be the id of a product at Dodo Payments .*, not "prod a"$/],
  ],
  [
    'a quantity of zero',
    withOffer({ action: '{ kind: charge, product_id: p, quantity: ▸0 }' }),
    ['offers.a.action.quantity', 'must be a whole number of at least 1, not 0'],
  ],
  [
    'a fractional quantity',
    withOffer({ action: '{ kind: payment, product_id: p, quantity: ▸1.5 }' }),
    [
      'offers.a.action.quantity',
      'must be a whole number of at least 1, or bounds such as { min: 1, max: 10 }, not 1.5',
    ],
  ],
  [
    'a field of another kind of action',
    withOffer({ action: '{ kind: charge, product_id: p, ▸effective_at: immediately }' }),
    ['offers.a.action.effective_at', 'unknown key; expected kind, product_id, quantity, addons'],
  ],
  [
    'an unknown proration mode',
    withOffer({ action: `{ ${PLAN}, proration_billing_mode: ▸prorated }` }),
    ['offers.a.action.proration_billing_mode', /^must be one of prorated_immediately, .*, not "prorated"$/],
  ],
  [
    'an unknown effective date',
    withOffer({ action: `{ ${PLAN}, effective_at: ▸tomorrow }` }),
    ['offers.a.action.effective_at', 'must be immediately or next_billing_date, not "tomorrow"'],
  ],
  [
    'an add-on without an id',
    withOffer({ action: `{ ${PLAN}, addons: [▸{ quantity: 1 }] }` }),
    ['offers.a.action.addons[0].addon_id', /^is missing; expected the id of an add-on/],
  ],
  [
    'an add-on with an unknown field',
    withOffer({ action: `{ ${PLAN}, addons: [{ addon_id: x, quantity: 1, ▸price: 3 }] }` }),
    ['offers.a.action.addons[0].price', 'unknown key; expected addon_id, quantity'],
  ],
  ['a window without a unit', withOffer({ window: '▸30' }), ['offers.a.window', `must be ${WINDOW}, not 30`]],
  [
    'a window that is not a duration',
    withOffer({ window: '▸soon' }),
    ['offers.a.window', `must be ${WINDOW}, not "soon"`],
  ],
  [
    'a window shorter than 10 s',
    withOffer({ window: '▸9s' }),
    ['offers.a.window', `must be ${WINDOW}, not "9s"`],
  ],
  [
    'a window longer than 365 d',
    withOffer({ window: '▸365d1s' }),
    ['offers.a.window', `must be ${WINDOW}, not "365d1s"`],
  ],
  ['an empty window', withOffer({ '▸window': '' }), ['offers.a.window', `must be ${WINDOW}, not empty`]],
  [
    'a pause after a decline that is not a duration',
    withOffer({ after_decline: '▸sometimes' }),
    ['offers.a.after_decline', /^must be never, or a duration/],
  ],
  [
    'a pause of zero after a decline',
    withOffer({ after_decline: '▸0s' }),
    ['offers.a.after_decline', /^must be never, or a duration/],
  ],
  [
    'an unknown value of if_no_payment_method',
    withOffer({ if_no_payment_method: '▸ask' }),
    ['offers.a.if_no_payment_method', 'must be skip or checkout, not "ask"'],
  ],
  [
    'an unknown value of if_owned',
    withOffer({ if_owned: '▸true' }),
    ['offers.a.if_owned', 'must be skip or allow, not true'],
  ],
  [
    'a discount code with a space',
    withOffer({ discount_code: '▸TEAM 20' }),
    ['offers.a.discount_code', /^must be a discount code of 3 to 64 /],
  ],
  [
    'an unquoted discount code of digits',
    withOffer({ discount_code: '▸2020' }),
    ['offers.a.discount_code', 'must be a discount code, not 2020'],
  ],
];

const copy: Mistake[] = [
  [
    'no headline',
    withOffer({ copy: '{ accept: y, decline: n }' }).replace('copy:', '▸copy:'),
    ['offers.a.copy.headline', /^is missing; expected text/],
  ],
  [
    'no accept button',
    withOffer({ copy: '{ headline: h, decline: n }' }).replace('copy:', '▸copy:'),
    ['offers.a.copy.accept', /^is missing; expected text .* accepts$/],
  ],
  [
    'no decline button',
    withOffer({ copy: '{ headline: h, accept: y }' }).replace('copy:', '▸copy:'),
    ['offers.a.copy.decline', /^is missing; expected text .* declines$/],
  ],
  [
    'a blank headline',
    withOffer({ copy: '{ headline: ▸" ", accept: y, decline: n }' }),
    ['offers.a.copy.headline', /^must be text of 1 to 200 characters/],
  ],
  [
    'the same words on both buttons',
    withOffer({ copy: '{ headline: h, accept: ok, decline: ▸ok }' }),
    ['offers.a.copy.decline', /^must differ from accept/],
  ],
  [
    'a misspelled placeholder',
    withOffer({ copy: '{ headline: h, accept: ▸"For {due_now}", decline: n }' }),
    ['offers.a.copy.accept', 'there is no placeholder {due_now}; did you mean "{dueNow}"?'],
  ],
  [
    'an unknown placeholder',
    withOffer({ copy: '{ headline: h, accept: ▸"{x}", decline: n }' }),
    [
      'offers.a.copy.accept',
      'there is no placeholder {x}; expected {dueNow}, {tax}, {recurring}, {difference}, {credit}, {effectiveAt}, {nextBillingAt}, {product}',
    ],
  ],
];

const plans: Mistake[] = [
  [
    'a proration mode that Dodo rejects at the next billing date',
    withOffer({
      action: `{ ${PLAN}, effective_at: next_billing_date, proration_billing_mode: ▸do_not_bill }`,
    }),
    [
      'offers.a.action.proration_billing_mode',
      'must be full_immediately: Dodo Payments accepts no other mode if effective_at is next_billing_date',
    ],
  ],
  [
    'an add-on listed twice',
    withOffer({
      action: `{ ${PLAN}, addons: [{ addon_id: x, quantity: 1 }, { addon_id: ▸x, quantity: 2 }] }`,
    }),
    [
      'offers.a.action.addons[1].addon_id',
      'the add-on "x" is listed twice; list it once, with the total quantity',
    ],
  ],
];

describe.each(Object.entries({ offers, copy, plans }))('mistakes in %s', (_, mistakes) => {
  test.each(mistakes)('%s is reported at its place', (...mistake) => {
    expectProblems(mistake);
  });
});
