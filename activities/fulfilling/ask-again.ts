/** Opens an offer again whose acceptance could not be sent in time. */
import { createHash } from 'node:crypto';
import type { AttemptInput } from '../../src/domain/attempt.js';
import type { PriceChanged } from '../../src/domain/fulfilment.js';
import type { Price } from '../../src/domain/presentation.js';
import type { ActivityContext } from '../context.js';
import { acceptedTerms, reopenedAt } from './accepted-terms.js';
import { MESSAGES } from './messages.js';

export function askAgainActivities(context: ActivityContext) {
  const { ledger, now } = context;
  return {
    /**
     * Opens the presentation of an acceptance again, at the amounts that were accepted. They get a new hash: a click
     * that was made before, and is only repeated or delivered late, is not a new decision.
     *
     * Dodo: nothing. Ledger: the presentation is open, with a message. Repeated: writes the same again.
     *
     * @returns the price that a new acceptance is for
     * @throws when the ledger cannot be reached
     */
    async askAgain(input: AttemptInput): Promise<PriceChanged['price']> {
      const { attemptId, presentationId, choice } = input;
      const { currency, dueNow, hash } = input.price;
      const priceHash = renewedHash(hash, attemptId);
      const shown = await ledger.presentation(presentationId);
      if (shown?.price.hash === priceHash) return { dueNow, priceHash };
      const { price: accepted, patch } = await acceptedTerms(context, input, 'one_click');
      const before = accepted ?? shown?.price;
      const known = before?.hash === hash ? before : undefined;
      const price: Price = { ...(known ?? { currency, dueNow }), hash: priceHash };
      await ledger.updatePresentation(
        presentationId,
        {
          ...patch,
          ...reopenedAt(choice && shown, input, price),
          status: 'open',
          price,
          message: MESSAGES.askAgain,
        },
        [{ at: now().toISOString(), type: 'asked_again', detail: { presentationId, attemptId } }],
      );
      return { dueNow, priceHash };
    },
  };
}

function renewedHash(hash: string, attemptId: string): string {
  return createHash('sha256').update(`${hash}:${attemptId}`).digest('hex').slice(0, 16);
}
