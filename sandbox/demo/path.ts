/** One path through the product: what is done, how it must end, and what was seen instead. */
import { isDeepStrictEqual } from 'node:util';
import type { DodoConsole } from './dodo-console.js';
import type { MerchantInbox } from './merchant-inbox.js';
import type { Bought, Offer, PurchaseReply, Shop } from './shop.js';

/** Who takes part. */
export interface Cast {
  shop: Shop;
  dodo: DodoConsole;
  inbox: MerchantInbox;
}

export interface Ending {
  outcome: string;
  /** Why there was no offer. */
  reason?: string;
  /** Taken for the offer, beyond what was paid at the first checkout. Minor units of US dollars. */
  charged: number;
  /** How many charges that were. */
  charges: number;
  /** What the merchant's backend was told, in order. */
  told: string[];
}

export interface Path {
  name: string;
  ends: Ending;
  /** Whether it changes how webhooks are delivered to everybody, and so must run alone. */
  alone?: boolean;
  walk(cast: Cast, check: Check): Promise<Walked>;
}

/** Notes a mismatch; the path goes on. */
export type Check = (what: string, expected: unknown, seen: unknown) => void;

export interface Walked {
  /** The run to be judged. */
  purchaseId: string;
  customerId: string;
  /** Everything the customer paid for at a first checkout. */
  bought: Bought[];
}

export interface PathResult {
  name: string;
  ends: Ending;
  seen?: Ending;
  /** Sentences; empty when it ended as it should. */
  mistakes: string[];
  milliseconds: number;
  run?: string;
  /** To look once more, when everything is over, whether the merchant was told too much. */
  purchaseId?: string;
}

/** The open offer of a purchase, before the customer's eyes. */
export async function viewedOffer(shop: Shop, purchaseId: string): Promise<Offer> {
  const offer = await shop.offer(purchaseId);
  await shop.view(offer.presentation);
  return offer;
}

/** Walks a path to its end and compares. Never throws: what went wrong is in the result. */
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
    const purchase = await cast.shop.settled(walked.purchaseId);
    const milliseconds = took();
    await cast.inbox.atLeast(walked.purchaseId, ends.told.length).catch(() => undefined);
    const seen = await endingOf(purchase, walked, cast);
    for (const key of Object.keys(seen) as (keyof Ending)[]) check(key, ends[key], seen[key]);
    const run = purchase.links.temporal ?? undefined;
    return { name, ends, seen, mistakes, milliseconds, run, purchaseId: walked.purchaseId };
  } catch (error) {
    mistakes.push(error instanceof Error ? error.message : String(error));
    return { name, ends, mistakes, milliseconds: took() };
  }
}

/** Once everything is over: a notification that came after the path was judged is one too many. */
export function checkNothingMoreWasTold(result: PathResult, inbox: MerchantInbox): void {
  if (result.purchaseId === undefined || result.mistakes.length > 0) return;
  const told = inbox.about(result.purchaseId);
  if (!isDeepStrictEqual(told, result.ends.told))
    result.mistakes.push(mismatch('told', result.ends.told, told));
}

async function endingOf(purchase: PurchaseReply, walked: Walked, { dodo, inbox }: Cast): Promise<Ending> {
  const movements = await dodo.movements(walked.customerId);
  const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);
  return {
    outcome: purchase.outcome ?? 'none',
    reason: purchase.reason,
    charged: sum(movements.map(({ amount }) => amount)) - sum(walked.bought.map(({ paid }) => paid)),
    charges: movements.filter(({ kind }) => kind === 'charge').length - walked.bought.length,
    told: inbox.about(walked.purchaseId),
  };
}

function mismatch(what: string, expected: unknown, seen: unknown): string {
  return `${what}: expected ${written(expected)}, seen ${written(seen)}`;
}

function written(value: unknown): string {
  return value === undefined ? 'none' : JSON.stringify(value);
}
