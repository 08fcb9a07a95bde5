/** Offers and errors as `GET /openapi.json` describes them. */
import { z } from 'zod';
import { BILLING_INTERVALS, OFFER_TYPES, PRESENTATION_STATUSES, REASON_CODES } from '../../domain/words.js';
import { PROBLEMS, type ProblemCode } from '../problem.js';
import { ids } from '../validate.js';

export const money = z.int().meta({ description: 'Minor units of the currency.' });
export const time = z.iso.datetime().meta({ description: 'RFC 3339, UTC.' });
const status = z.enum(PRESENTATION_STATUSES).meta({ id: 'PresentationStatus' });
export const reason = z.enum(REASON_CODES).meta({ id: 'ReasonCode', description: 'Why no offer was shown.' });

const period = { interval: z.enum(BILLING_INTERVALS), count: z.int() };

const price = z.object({
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
  differencePer: z
    .object(period)
    .optional()
    .meta({ description: 'The period of `difference`, where the billing periods of the two plans differ.' }),
  credit: money.optional(),
  creditCurrency: z.string().optional().meta({ description: 'Where it is not that of `dueNow`.' }),
  effectiveAt: time.optional(),
  nextBillingAt: time.optional(),
  hash: ids.priceHash,
});

const payment = z.object({
  mode: z.enum(['one_click', 'checkout']),
  method: z
    .object({
      id: z.string(),
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
    product: z.object({ id: z.string(), name: z.string() }),
    quantity: z.int(),
    option: z.string().optional().meta({ description: 'The id of the chosen one of `choices.options`.' }),
    choices: z
      .object({
        quantity: z.object({ min: z.int(), max: z.int() }).optional(),
        options: z
          .array(
            z.object({
              id: z.string(),
              label: z.string(),
              product: z.object({ id: z.string(), name: z.string() }),
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
    message: z.string().optional(),
    token: z.string().optional(),
  })
  .meta({ id: 'Presentation' });

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
    product: z.object({ id: z.string(), name: z.string() }),
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
        product: z.object({ id: z.string(), name: z.string() }),
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
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    detail: z.string().optional(),
  })
  .meta({ id: 'Problem' });

export const upsell = z.object({
  eligible: z.boolean(),
  reason: reason.optional(),
  product: z.object({ id: z.string(), name: z.string(), price: money, currency: z.string() }).optional(),
  paymentMethodId: z.string().nullable().optional(),
  presentation: presentation.optional(),
});

export const accepted = z.object({
  success: z.literal(true),
  sessionId: z.string().optional(),
  presentation,
});

export const inFlight = z.object({ success: z.literal(false), status, presentation });

export const declined = z.object({ success: z.literal(true), next: presentation.optional() });
