/** One path through the product: its actions, its expected ending, and the ending seen. */
import { isDeepStrictEqual } from 'node:util';
import type { DodoConsole } from './dodo-console.js';
import type { MerchantInbox } from './merchant-inbox.js';
import type { Bought, Offer, PurchaseReply, MerchantClient } from './merchant-client.js';

/** The participants of a path. */
export interface Cast {
  merchant: MerchantClient;
  dodo: DodoConsole;
  inbox: MerchantInbox;
}

export interface Ending {
  outcome: string;
  /** Reason for no offer. */
  reason?: string;
  /** Charged for the offer, on top of the first checkout. US cents. */
  charged: number;
  /** Number of these charges. */
  charges: number;
  /** Notifications to the merchant's backend, in order. */
  notifications: string[];
}

export interface Path {
  name: string;
  ends: Ending;
  /** The path disturbs webhooks for every customer, so it must run alone. */
  alone?: boolean;
  walk(cast: Cast, check: Check): Promise<Walked>;
}

/** Records a mismatch; the path continues. */
export type Check = (what: string, expected: unknown, seen: unknown) => void;

export interface Walked {
  /** The purchase or trigger whose ending is checked. */
  purchaseId: string;
  customerId: string;
  /** Purchases paid at a first checkout. */
  bought: Bought[];
}

export interface PathResult {
  name: string;
  ends: Ending;
  seen?: Ending;
  /** Sentences; empty when the path ended as expected. */
  mistakes: string[];
  milliseconds: number;
  run?: string;
  /** For the final check that no further notification was sent. */
  purchaseId?: string;
}

/** Returns the open offer of a purchase after reporting that the customer saw it. */
export async function viewedOffer(merchant: MerchantClient, purchaseId: string): Promise<Offer> {
  const offer = await merchant.offer(purchaseId);
  await merchant.view(offer.presentation);
  return offer;
}

/** Walks a path and compares its ending. Never throws: mistakes are part of the result. */
export async function walkPath(path: Path, cast: Cast): Promise<PathResult> {
  const { name, ends } = path;
  const started = performance.now();
  const mistakes: string[] = [];
  const check: Check = (what, expected, seen) => {
    if (!isDeepStrictEqual(expected, seen)) mistakes.push(mismatch(what, expected, seen));
  };
  const took = () => performance.now() - started;
  try {
    const walked = await path.walk(cast, check);
    const purchase = await cast.merchant.settled(walked.purchaseId);
    const milliseconds = took();
    await cast.inbox.atLeast(walked.purchaseId, ends.notifications.length).catch(() => undefined);
    const seen = await endingOf(purchase, walked, cast);
    for (const key of Object.keys(seen) as (keyof Ending)[]) check(key, ends[key], seen[key]);
    const run = purchase.links.temporal ?? undefined;
    return { name, ends, seen, mistakes, milliseconds, run, purchaseId: walked.purchaseId };
  } catch (error) {
    mistakes.push(error instanceof Error ? error.message : String(error));
    return { name, ends, mistakes, milliseconds: took() };
  }
}

/** Checks at the very end that no notification arrived after the path was checked. */
export function checkNoFurtherNotifications(result: PathResult, inbox: MerchantInbox): void {
  if (result.purchaseId === undefined || result.mistakes.length > 0) return;
  const sent = inbox.about(result.purchaseId);
  if (!isDeepStrictEqual(sent, result.ends.notifications))
    result.mistakes.push(mismatch('notifications', result.ends.notifications, sent));
}

async function endingOf(purchase: PurchaseReply, walked: Walked, { dodo, inbox }: Cast): Promise<Ending> {
  const movements = await dodo.movements(walked.customerId);
  const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);
  return {
    outcome: purchase.outcome ?? 'none',
    reason: purchase.reason,
    charged: sum(movements.map(({ amount }) => amount)) - sum(walked.bought.map(({ paid }) => paid)),
    charges: movements.filter(({ kind }) => kind === 'charge').length - walked.bought.length,
    notifications: inbox.about(walked.purchaseId),
  };
}

function mismatch(what: string, expected: unknown, seen: unknown): string {
  return `${what}: expected ${written(expected)}, seen ${written(seen)}`;
}

function written(value: unknown): string {
  return value === undefined ? 'none' : JSON.stringify(value);
}
