/** Complete records with distinct ids. */
import { randomUUID } from 'node:crypto';
import type { AttemptRecord } from '../../src/domain/attempt.js';
import type { PurchaseRecord } from '../../src/domain/purchase.js';
import type { Ledger } from '../../src/ledger/index.js';
import type { Presentation } from '../../src/domain/presentation.js';

const MINUTE = 60 * 1000;

/** A time on the day of the tests, in minutes after noon. */
export function at(minutes: number): string {
  return new Date(Date.parse('2026-03-14T12:00:00.000Z') + minutes * MINUTE).toISOString();
}

export function id(prefix: string): string {
  return `${prefix}_${randomUUID().slice(0, 8)}`;
}

export function aPurchase(fields: Partial<PurchaseRecord> = {}): PurchaseRecord {
  const purchaseId = fields.purchaseId ?? id('pay');
  return {
    purchaseId,
    workflowId: `purchase/${purchaseId}`,
    trigger: 'purchase',
    customerId: id('cus'),
    paymentId: purchaseId,
    productIds: ['prod_basic_plan'],
    amount: 1900,
    currency: 'USD',
    purchasedAt: at(-1),
    ...fields,
  };
}

export function aPresentation(fields: Partial<Presentation> = {}): Presentation {
  return {
    id: id('prs'),
    status: 'open',
    offerId: 'pro-plan',
    funnelId: 'basic-to-pro',
    step: 'pro',
    type: 'upsell',
    customerId: id('cus'),
    purchaseId: id('pay'),
    product: { id: 'prod_pro_plan', name: 'Pro plan' },
    quantity: 1,
    price: {
      currency: 'USD',
      dueNow: 3000,
      tax: 500,
      recurring: { amount: 4900, interval: 'Month', count: 1 },
      hash: 'hash-of-3000',
    },
    payment: {
      mode: 'one_click',
      method: { id: 'pm_1', type: 'card', network: 'visa', last4: '4242', expiry: '12/30' },
    },
    copy: { headline: 'Go Pro', body: 'All of it.', accept: 'Upgrade for $30.00', decline: 'No thanks' },
    expiresAt: at(30),
    ...fields,
  };
}

export function anAttempt(of: Presentation, fields: Partial<AttemptRecord> = {}): AttemptRecord {
  const workflowId = `purchase/${of.purchaseId}`;
  return {
    attemptId: `${workflowId}:${of.step}:1`,
    presentationId: of.id,
    workflowId,
    kind: 'charge',
    status: 'recorded',
    amount: of.price.dueNow,
    currency: of.price.currency,
    createdAt: at(5),
    ...fields,
  };
}

/** Opens a presentation at noon. */
export async function openOffer(ledger: Ledger, fields: Partial<Presentation> = {}): Promise<Presentation> {
  const presentation = aPresentation(fields);
  const workflowId = `purchase/${presentation.purchaseId}`;
  if ((await ledger.openPresentation({ presentation, workflowId, at: at(0) })).opened) return presentation;
  throw new Error(`${presentation.customerId} has another offer open.`);
}
