/** Request bodies. */
import { z } from 'zod';
import { SENT_TRIGGER_TYPES } from '../domain/words.js';
import { facts, ids, metadata, quantity, reason, text, time } from './validate.js';

const MAX_CONSENTS = 10;
const consents = z
  .array(text(1, 100), 'must be a list of consent ids')
  .max(MAX_CONSENTS, `must have at most ${MAX_CONSENTS} entries`);

export const acceptBody = z.strictObject({
  priceHash: ids.priceHash.optional(),
  option: ids.offer.optional(),
  quantity: quantity.optional(),
  consents: consents.optional(),
});

/** Fields left out default to what is shown or, for another option, to what is listed. */
export const quoteBody = z.strictObject({ option: ids.offer.optional(), quantity: quantity.optional() });

/** `presentationId` defaults to the customer's open presentation. */
export const acceptUpsellBody = acceptBody.extend({ presentationId: ids.presentation.optional() });

export const declineUpsellBody = z.strictObject({ presentationId: ids.presentation.optional() });

export const emptyBody = z.strictObject({});

const customer = z.union(
  [
    z.strictObject({ customerId: ids.customer }),
    z.strictObject({
      email: z.email('must be an e-mail address').max(254),
      name: text(1, 200).optional(),
    }),
  ],
  'must be {customerId} or {email, name?}',
);

const MAX_CART = 20;

export const purchaseBody = z
  .strictObject({
    /** For one product; `productCart` is for several. */
    productId: ids.product.optional(),
    quantity: quantity.optional(),
    productCart: z
      .array(z.strictObject({ productId: ids.product, quantity: quantity.default(1) }))
      .min(1)
      .max(MAX_CART)
      .optional(),
    /** A customer known to Dodo, or one the checkout creates. */
    customer: customer.optional(),
    customerId: ids.customer.optional(),
    returnUrl: text(0, 2000).optional(),
    metadata: metadata.optional(),
  })
  .refine((body) => (body.productId === undefined) !== (body.productCart === undefined), {
    message: 'give either productId or productCart',
    path: ['productId'],
  })
  .refine((body) => body.customer === undefined || body.customerId === undefined, {
    message: 'give either customer or customerId',
    path: ['customerId'],
  })
  .meta({
    override: {
      oneOf: [{ required: ['productId'] }, { required: ['productCart'] }],
      not: { required: ['customer', 'customerId'] },
    },
  });

export const triggerBody = z.strictObject({
  /** The merchant's own id. Repeating it returns the same run. */
  eventId: ids.event,
  type: z.enum(SENT_TRIGGER_TYPES, `must be one of ${SENT_TRIGGER_TYPES.join(', ')}`),
  customerId: ids.customer,
  subscriptionId: ids.subscription.optional(),
  productId: ids.product.optional(),
  facts: facts.optional(),
});

export const extendBody = z.strictObject({
  until: time,
  reason,
});
export const withdrawBody = z.strictObject({ reason });
export const resolveBody = z.strictObject({
  paid: z.boolean('must be true (it was paid) or false (it was not)'),
  paymentId: ids.payment.optional(),
  reason,
});

export const closeBody = z.strictObject({ reason });

export const redeliverBody = z.strictObject({ reason });

export const pauseBody = z.strictObject({ reason });

export const eraseBody = z.strictObject({ reason });

export const evaluateAgainBody = z.strictObject({ reason });
