/** The webhooks that the merchant's backend receives, as `GET /openapi.json` describes them. */
import { z } from 'zod';
import type { ZodOpenApiOperationObject } from 'zod-openapi';
import { ACTION_KINDS, NOTIFICATION_TYPES, type NotificationType } from '../../domain/words.js';
import { money, price, product, status, time } from './shapes.js';

const data = z.object({
  purchaseId: z.string(),
  presentationId: z.string(),
  customerId: z.string().optional(),
  offerId: z.string().optional(),
  funnelId: z.string().optional(),
  step: z.string().optional(),
  product: product.optional(),
  quantity: z.int().optional(),
  option: z.string().optional(),
  price: price.optional(),
  status: status.optional(),
  paymentId: z.string().optional(),
  paidAmount: money.optional(),
  checkoutUrl: z.url().optional(),
  action: z
    .enum(ACTION_KINDS)
    .optional()
    .meta({ description: 'What accepting the offer does, or the option of it that was chosen.' }),
  subscriptionId: z
    .string()
    .optional()
    .meta({ description: 'The subscription that the offer is about, or that the purchase began.' }),
  metadata: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .optional()
    .meta({ description: 'What you gave the order: the `metadata` of the purchase at Dodo Payments.' }),
});
const cause = z.object({ kind: z.enum(['refund', 'dispute']), id: z.string() });

/** What a type has besides what all have. */
const DATA: Partial<Record<NotificationType, z.ZodObject>> = {
  'offer.fulfilled': data.extend({
    amount: money.optional().meta({ description: 'What Dodo Payments says was paid, tax included.' }),
    currency: z.string().optional(),
  }),
  'offer.refunded': data.extend({
    amount: money
      .optional()
      .meta({ description: 'What the recall gave back. What had gone back otherwise is not in it.' }),
    currency: z.string().optional(),
    cause: cause.optional().meta({ description: 'The latest refund of the recall.' }),
  }),
  'offer.reversed': data.extend({
    amount: money.optional().meta({ description: 'Everything that went back.' }),
    currency: z.string().optional(),
    cause: cause.optional().meta({ description: 'What completed the reversal.' }),
  }),
};

const SUMMARIES: Record<NotificationType, string> = {
  'offer.presented': 'An offer is open',
  'offer.accepted': 'It was accepted; nothing is paid yet',
  'offer.declined': 'It was declined',
  'offer.expired': 'Its window is over, or it was withdrawn',
  'offer.fulfilled': 'It is paid: grant access now',
  'offer.fallback': 'The charge failed; the customer has another way to pay',
  'offer.failed': 'It could not be paid',
  'offer.refunded': 'A part of the money went back after a recall: access stays',
  'offer.reversed': 'All of the money went back: revoke access',
};

const headers = z.object({
  'webhook-id': z.string().meta({ description: 'The same in every delivery of one notification.' }),
  'webhook-timestamp': z.string().meta({ description: 'When it was sent. Unix seconds.' }),
  'webhook-signature': z.string().meta({ description: 'As Standard Webhooks describes it.' }),
});

/** `offer.presented` becomes `OfferPresented`. */
function idOf(type: NotificationType): string {
  return type.replaceAll(/(^|\.)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}

export const webhooks: Record<string, { post: ZodOpenApiOperationObject }> = Object.fromEntries(
  NOTIFICATION_TYPES.map((type) => [
    type,
    {
      post: {
        operationId: `on${idOf(type)}`,
        summary: SUMMARIES[type],
        description: 'Delivered at least once. `sequence` orders all notifications about one purchase.',
        tags: ['Notifications'],
        requestParams: { header: headers },
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: z
                .object({
                  type: z.literal(type),
                  timestamp: time,
                  sequence: z.int(),
                  data: DATA[type] ?? data,
                })
                .meta({ id: `${idOf(type)}Webhook` }),
            },
          },
        },
        responses: {
          '204': { description: 'Taken. Any other 2xx does as well.' },
          '4XX': { description: 'Refused; it is tried again beside those that follow.' },
        },
      },
    },
  ]),
);
