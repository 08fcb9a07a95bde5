/** Offers and errors as `GET /openapi.json` describes them. */
import { z } from 'zod';
import { BILLING_INTERVALS, OFFER_TYPES, PRESENTATION_STATUSES, REASON_CODES } from '../../domain/words.js';
import { PROBLEMS, type ProblemCode } from '../problem.js';
import { NO_OFFER_REASONS } from '../current-offer.js';
import { ids } from '../validate.js';

export const money = z.int().meta({ description: 'Minor units of the currency.' });
export const time = z.iso.datetime().meta({ description: 'RFC 3339, UTC.' });
export const status = z.enum(PRESENTATION_STATUSES).meta({ id: 'PresentationStatus' });
export const reason = z.enum(REASON_CODES).meta({ id: 'ReasonCode', description: 'Why no offer was shown.' });

export const product = z.object({ id: z.string(), name: z.string() });

const period = { interval: z.enum(BILLING_INTERVALS), count: z.int() };

export const price = z
  .object({
    currency: z.string(),
    dueNow: money,
    tax: money.optional(),
    recurring: z
      .object({
        amount: money,
        ...period,
        currency: z.string().optional().meta({ description: 'Where it is not that of `dueNow`.' }),
      })
      .optional(),
    difference: money.optional().meta({
      description: 'New recurring price minus the current one; absent where they cannot be compared exactly.',
    }),
    differencePer: z.object(period).optional().meta({
      description: 'The period of `difference`, where the billing periods of the two plans differ.',
    }),
    credit: money.optional(),
    creditCurrency: z.string().optional().meta({ description: 'Where it is not that of `dueNow`.' }),
    effectiveAt: time.optional(),
    nextBillingAt: time.optional(),
    atMost: money.optional().meta({
      description: 'The most that accepting this price may charge, where it may move until then.',
    }),
    hash: ids.priceHash.meta({ description: 'An acceptance that names another hash is refused.' }),
  })
  .meta({ id: 'Price' });

/** Why there is no offer now, as far as asking again goes. */
const because = z.enum(NO_OFFER_REASONS).meta({
  description: 'What the customer is in: nothing known yet, an offer under way, or nothing to come.',
});

const payment = z.object({
  mode: z.enum(['one_click', 'checkout']),
  method: z
    .object({
      id: z.string().optional().meta({ description: 'For backends only.' }),
      type: z.string(),
      network: z.string().optional(),
      last4: z.string().optional(),
      expiry: z.string().optional(),
    })
    .optional(),
});

const copy = z.object({
  headline: z.string(),
  body: z.string().optional(),
  badge: z.string().optional(),
  accept: z.string(),
  decline: z.string(),
  consents: z
    .array(z.object({ id: z.string(), text: z.string(), required: z.boolean() }))
    .optional()
    .meta({
      description: 'What the customer agrees to. Name the given ones in `consents` of the acceptance.',
    }),
});

const display = z
  .object({
    locale: z.string(),
    dueNow: z.string(),
    tax: z.string().optional(),
    recurring: z.string().optional(),
    difference: z.string().optional(),
    credit: z.string().optional(),
    effectiveAt: z.string().optional(),
    nextBillingAt: z.string().optional(),
  })
  .meta({ description: 'The price formatted for the customer, in the language of the copy.' });

const EXAMPLE = {
  id: 'prs_8Jk2mQ',
  status: 'open',
  offerId: 'pro-plan',
  funnelId: 'basic-to-pro',
  step: 'pro',
  type: 'upsell',
  customerId: 'cus_K3v9',
  purchaseId: 'pay_Y7c1',
  product: { id: 'prod_pro_plan', name: 'Pro plan' },
  quantity: 1,
  price: {
    currency: 'USD',
    dueNow: 5000,
    recurring: { amount: 7900, interval: 'Month', count: 1 },
    difference: 5000,
    hash: 'sha256:1f0c9a7be2d34a51',
  },
  payment: {
    mode: 'one_click',
    method: { id: 'pm_1', type: 'card', network: 'visa', last4: '4242', expiry: '06/32' },
  },
  copy: { headline: 'Go Pro', accept: 'Upgrade for $50.00', decline: 'No thanks' },
  display: { locale: 'en', dueNow: '$50.00', recurring: '$79.00 / month', difference: '$50.00' },
  expiresAt: '2026-12-01T12:30:00.000Z',
  serverTime: '2026-12-01T12:00:00.000Z',
} as const;

export const presentation = z
  .object({
    id: ids.presentation,
    status,
    offerId: z.string(),
    funnelId: z.string(),
    step: z.string(),
    type: z.enum(OFFER_TYPES),
    customerId: z.string(),
    purchaseId: z.string(),
    product,
    quantity: z
      .int()
      .optional()
      .describe('Left out where the offer was shown by a release that did not record it.'),
    option: z.string().optional().meta({ description: 'The id of the chosen one of `choices.options`.' }),
    choices: z
      .object({
        quantity: z.object({ min: z.int(), max: z.int() }).optional(),
        options: z
          .array(
            z.object({
              id: z.string(),
              label: z.string(),
              product,
              quantity: z.int(),
              quantities: z.object({ min: z.int(), max: z.int() }).optional(),
              price,
            }),
          )
          .optional(),
      })
      .optional()
      .meta({ description: 'What the customer may choose.' }),
    variant: z.string().optional().meta({ description: 'The arm, if this step is an experiment.' }),
    price,
    payment,
    copy,
    display,
    expiresAt: time,
    serverTime: time,
    paidAmount: money.optional(),
    paidCurrency: z.string().optional(),
    checkoutUrl: z.url().optional(),
    updatePaymentMethodUrl: z.url().optional(),
    clientSecret: z.string().optional().meta({
      description:
        'For Dodo’s checkout SDK: with it the customer confirms the payment (3-D Secure) in your page. Given while `status` is `requires_action`, where Dodo’s answer to the charge held it. Keep it out of logs and addresses.',
    }),
    publishableKey: z.string().optional().meta({ description: 'Goes with `clientSecret`.' }),
    message: z.string().optional(),
    token: z.string().optional(),
  })
  .meta({ id: 'Presentation', example: EXAMPLE });

export const presentationWithNext = presentation
  .extend({
    next: presentation
      .optional()
      .meta({ description: 'The open offer that followed this one, with a token of its own.' }),
  })
  .meta({ id: 'PresentationWithNext' });

export const quote = z
  .object({
    presentationId: ids.presentation,
    option: z.string().optional(),
    quantity: z.int(),
    product,
    price,
    payment,
    copy: copy.optional(),
    display,
    serverTime: time,
  })
  .meta({ id: 'Quote' });

export const receipt = z
  .object({
    presentationId: ids.presentation,
    purchaseId: z.string(),
    acceptedAt: time,
    acceptance: z
      .object({
        presentationId: ids.presentation,
        purchaseId: z.string(),
        customerId: z.string(),
        offerId: z.string(),
        catalogHash: z.string().optional(),
        product,
        option: z.string().optional(),
        quantity: z.int(),
        price,
        display: display.omit({ locale: true }),
        payment,
        copy: copy.omit({ consents: true }),
        locale: z.string(),
        consents: z.array(
          z.object({ id: z.string(), text: z.string(), required: z.boolean(), given: z.boolean() }),
        ),
        otherConsents: z.array(z.string()).optional(),
        via: z.enum(['browser', 'backend', 'signal']),
        clickedAt: time,
      })
      .meta({ description: 'What was before the customer at the click, word for word.' }),
    evidence: z
      .string()
      .meta({ description: 'The hash of `acceptance`, which is also in the history of the run.' }),
    outcome: z.object({
      status,
      paymentId: z.string().optional(),
      paidAmount: money.optional(),
      paidCurrency: z.string().optional(),
      paidAt: time.optional(),
      refundedAmount: money.optional(),
    }),
    jws: z.string().meta({ description: 'All of it, signed (ES256, compact form).' }),
  })
  .meta({ id: 'Receipt' });

export const problem = z
  .looseObject({
    type: z.string().meta({ example: 'urn:problem-type:durable-upsells:internal_error' }),
    title: z.string().meta({ example: 'Something went wrong on our side' }),
    status: z.int().meta({ example: 500 }),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    detail: z.string().optional(),
  })
  .meta({ id: 'Problem' });

export const upsell = z
  .union([
    z
      .object({ eligible: z.literal(false), reason: reason.optional(), retry: z.boolean(), because })
      .meta({ id: 'NoOffer' }),
    z
      .object({
        eligible: z.literal(true),
        product: product.extend({ price: money, currency: z.string() }),
        paymentMethodId: z.string().nullable(),
        presentation,
      })
      .meta({ id: 'OpenOffer' }),
  ])
  .meta({ id: 'CurrentOffer' });

export const accepted = z
  .object({ success: z.literal(true), sessionId: z.string().optional(), presentation })
  .meta({ id: 'Accepted' });

export const inFlight = z
  .object({ success: z.literal(false), status, presentation })
  .meta({ id: 'InFlight' });

export const declined = z
  .object({ success: z.literal(true), next: presentation.optional() })
  .meta({ id: 'Declined' });
