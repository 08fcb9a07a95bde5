/**
 * Carrying out one accepted offer: send it once, prove the outcome, and hand over the fallback if it failed. Charges and
 * plan changes both go this way; they differ only in their `PaymentStrategy`.
 */
import { sleep } from '@temporalio/workflow';
import type { FulfilmentResult, PriceChanged } from '../../src/domain/fulfilment.js';
import { fallBack } from './fallback.js';
import { prove } from './prove.js';
import { sendAttempt } from './send.js';
import type { FulfilmentContext, PaymentStrategy } from './strategy.js';
import { MINUTE, SECOND } from '../units.js';

/** Carries out an accepted offer to its end. Takes from seconds to weeks. */
export async function fulfil(
  strategy: PaymentStrategy,
  context: FulfilmentContext,
): Promise<FulfilmentResult | PriceChanged> {
  let n = context.firstAttempt;
  if (context.checkoutOnly) return fallBack(strategy, context, n, n, {});

  context.report('charging');
  let reply = await sendAttempt(strategy, n);
  for (let pause = 5 * SECOND; reply.kind === 'not_sent'; pause = Math.min(pause * 2, 5 * MINUTE)) {
    const wait = Math.max(pause, reply.retryAfterMs ?? 0);
    if (Date.now() + wait > context.sendBefore) {
      return fallBack(strategy, context, n, n + 1, { unreachable: true });
    }
    // Dodo was certainly not reached, so a new attempt is a first one. The click is kept meanwhile.
    context.report('accepted');
    await sleep(wait, { summary: 'Dodo was not reached; nothing was sent' });
    n += 1;
    reply = await sendAttempt(strategy, n);
  }
  if (reply.kind === 'price_changed') return { kind: 'price_changed', n, price: reply.price };

  context.report('charging');
  const proof = await prove(strategy, context, n, reply);
  switch (proof.kind) {
    case 'paid':
      return {
        kind: 'fulfilled',
        paidVia: 'attempt',
        newSubscription: false,
        attemptId: strategy.id(n),
        payment: proof.payment,
      };
    case 'failed':
      return fallBack(strategy, context, n, n + 1, proof);
  }
}
