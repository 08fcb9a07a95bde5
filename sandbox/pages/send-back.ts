import type { Response } from 'express';
import { limitedCustomerView } from '../dodo/customers.js';
import type { PaymentRow } from '../model.js';
import type { World } from '../world.js';
import { sendNotice } from './layout.js';

const NOTICES: Partial<Record<PaymentRow['status'], [string, string]>> = {
  succeeded: ['Thank you', 'Your payment was received. You can close this page.'],
  processing: ['Your payment is on its way', 'Your bank is still working on it. You can close this page.'],
  failed: ['The payment did not go through', 'Nothing was charged. You can close this page.'],
  requires_customer_action: [
    'The payment is waiting for you',
    'Nothing was charged. Open the link again to confirm the payment.',
  ],
};

/** Sends the customer back to the merchant with the outcome, or shows it here when there is no return URL. */
export function sendBack(
  response: Response,
  world: World,
  payment: PaymentRow,
  returnUrl: string | null,
): void {
  if (returnUrl === null) {
    const [title, text] = NOTICES[payment.status] ?? ['Payment', `The payment is ${payment.status}.`];
    sendNotice(response, title, text);
    return;
  }
  const url = new URL(returnUrl);
  const [subscriptionId] = payment.subscription_ids;
  if (subscriptionId === undefined || payment.purpose.kind === 'plan_change') {
    if (subscriptionId !== undefined) url.searchParams.set('subscription_id', subscriptionId);
    url.searchParams.set('payment_id', payment.payment_id);
    url.searchParams.set('status', payment.status);
  } else {
    const status = world.tables.subscriptions.get(subscriptionId)?.status;
    url.searchParams.set('subscription_id', subscriptionId);
    url.searchParams.set('status', payment.status === 'succeeded' ? (status ?? 'active') : payment.status);
  }
  url.searchParams.set('email', limitedCustomerView(world, payment.customer_id).email);
  response.redirect(303, url.href);
}
