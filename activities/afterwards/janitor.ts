/**
 * The janitor: compares what the ledger says is under way with Temporal and with Dodo, repairs what is certain, and opens
 * reviews for the rest. Every repair is idempotent, and is written down before anything that follows from it.
 */
import { heartbeat } from '@temporalio/activity';
import type { JanitorInput } from '../../src/contract/messages.js';
import type { ReviewRecord } from '../../src/domain/accounting.js';
import { DAY } from '../../src/domain/duration.js';
import type { ActivityContext } from '../context.js';
import { mendCompensation } from './janitor/compensations.js';
import { DISPUTE_WINDOW_MS, REFUND_WINDOW_MS, reversalsSince, tellOfReversal } from './janitor/reversals.js';
import { mendReview } from './janitor/reviews.js';
import { everyPage, openRound, type Repairs } from './janitor/round.js';
import { mendPause, mendScheduled } from './janitor/followed.js';
import { mendPresentation, mendPurchase } from './janitor/runs-gone.js';

/** A compensation whose run lives is followed within hours. */
const COMPENSATION_GRACE_MS = DAY;
const REVIEWS_PAGE = 200;
/** Of a thousand rows of each kind, in one round. */
const MOST_DELETIONS = 100;
/** Of two hundred hours or days each, in one round. */
const MOST_MERGES = 100;

export function janitorActivities(context: ActivityContext) {
  const { dodo, ledger, now } = context;
  const ago = (ms: number) => new Date(now().getTime() - ms).toISOString();

  /** Yields every open review, the oldest first, so that none waits behind newer ones for ever. */
  async function openReviews(): Promise<ReviewRecord[]> {
    const found: ReviewRecord[] = [];
    for (let before: { openedAt: string; reviewId: string } | undefined; ;) {
      const page = await ledger.reviews({ status: 'open', limit: REVIEWS_PAGE, ...(before && { before }) });
      found.push(...page);
      const last = page.at(-1);
      if (last === undefined || page.length < REVIEWS_PAGE) return rotated(found.reverse(), now());
      before = last;
    }
  }

  return {
    /**
     * Ends presentations whose run is gone: a paid attempt gets its late-payment run, one that provably charged nothing
     * is settled, and the money of the rest is reviewed. Their customers can be offered something again. Changes at the
     * next billing date and pauses whose run is gone are followed again.
     *
     * Dodo: reads the customer's payments, within the round's budget. Repeated: finds nothing left to do.
     *
     * @throws when the ledger cannot be reached; what Dodo or Temporal does not tell is left to the next round
     */
    async mendPresentations(input: JanitorInput): Promise<Repairs> {
      const round = openRound(context);
      const before = ago(input.graceMs);
      const unsettled = everyPage(
        (page) => ledger.unsettledPresentations({ ...page, before }),
        ({ id }) => id,
      );
      await round.each(unsettled, async (presentation) => {
        // Its review is looked at by itself.
        if (presentation.status === 'needs_review' && (await isReviewed(presentation.id))) return;
        await mendPresentation(context, round, presentation, input);
      });
      const scheduled = everyPage(
        (page) => ledger.scheduledPresentations({ ...page, before }),
        ({ id }) => id,
      );
      await round.each(scheduled, (presentation) => mendScheduled(context, round, presentation));
      const pauses = everyPage(
        (page) => ledger.timedPauses({ ...page, before }),
        ({ presentationId }) => presentationId,
      );
      await round.each(pauses, (pause) => mendPause(context, round, pause));
      return round.repairs;
    },

    /**
     * Settles purchases whose run is gone, and looks once at the checkout of registered purchases that were not paid in
     * time. Dodo, repetition and errors: as `mendPresentations`.
     */
    async mendPurchases({ graceMs }: JanitorInput): Promise<Repairs> {
      const round = openRound(context);
      const before = ago(graceMs);
      const unsettled = everyPage(
        (page) => ledger.unsettledPurchases({ ...page, before }),
        ({ purchaseId }) => purchaseId,
      );
      await round.each(unsettled, (purchase) => mendPurchase(context, round, purchase));
      return round.repairs;
    },

    /**
     * Starts the runs of refunds and lost disputes of payments of ours whose webhooks were lost.
     *
     * Dodo: lists refunds and disputes. Repeated: each is told once.
     *
     * @throws when Dodo cannot be read
     */
    async findReversals({ windowMs }: JanitorInput): Promise<Repairs> {
      const round = openRound(context);
      const refundedSince = ago(Math.max(windowMs, REFUND_WINDOW_MS));
      const since = { since: refundedSince, disputedSince: ago(Math.max(windowMs, DISPUTE_WINDOW_MS)) };
      await round.each(reversalsSince(dodo, round, since), (event) => tellOfReversal(context, round, event));
      return round.repairs;
    },

    /** Starts compensations again that have been open for a day and whose run is gone. */
    async mendCompensations(_input: JanitorInput): Promise<Repairs> {
      const round = openRound(context);
      const open = await ledger.compensations({
        status: 'open',
        openedBefore: ago(COMPENSATION_GRACE_MS),
      });
      await round.each(open, (record) => mendCompensation(context, round, record));
      return round.repairs;
    },

    /** Resolves reviews whose doubt has ended at Dodo. Dodo, repetition and errors: as `mendPresentations`. */
    async mendReviews(input: JanitorInput): Promise<Repairs> {
      const round = openRound(context);
      await round.each(await openReviews(), (review) => mendReview(context, round, review, input));
      return round.repairs;
    },

    /**
     * Deletes what has been kept for as long as it is to be kept, and merges the sums that reports are made of. Dodo:
     * nothing. Repeated: finds what is left.
     */
    async deleteExpired(): Promise<Repairs> {
      const { dataRetention = {}, log } = context;
      for (let rounds = 0; rounds < MOST_DELETIONS; rounds += 1) {
        heartbeat(rounds);
        const deleted = await ledger.deleteExpired(dataRetention, now().toISOString());
        if (Object.keys(deleted).length === 0) break;
        log.info({ deleted }, 'data was kept for long enough');
      }
      for (let rounds = 0; rounds < MOST_MERGES && (await ledger.mergeSums()) > 0; rounds += 1)
        heartbeat(rounds);
      return {};
    },
  };

  async function isReviewed(presentationId: string): Promise<boolean> {
    return (await ledger.reviews({ status: 'open', presentationId, limit: 1 })).length > 0;
  }
}

/** Begins somewhere else every hour: what a round has no budget for must not be left out by every round. */
function rotated<T>(all: T[], now: Date): T[] {
  const HOUR = DAY / 24;
  const start = all.length === 0 ? 0 : Math.floor(now.getTime() / HOUR) * 50;
  const from = all.length === 0 ? 0 : start % all.length;
  return [...all.slice(from), ...all.slice(0, from)];
}
