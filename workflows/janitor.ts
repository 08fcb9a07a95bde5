/**
 * `janitor`: compares what the ledger says is under way with Temporal and with Dodo, repairs what is certain, and puts the
 * rest before a person. Started by a Temporal Schedule.
 */
import { ActivityFailure, isCancellation, log, patched, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { Repairs } from '../activities/afterwards/janitor/round.js';
import type { JanitorInput } from '../src/contract/messages.js';
import { PATCHES } from './patches.js';

const mending = proxyActivities<
  Pick<
    Activities,
    | 'mendPresentations'
    | 'mendPurchases'
    | 'findReversals'
    | 'mendCompensations'
    | 'mendReviews'
    | 'deleteExpired'
  >
>({
  startToCloseTimeout: '15 minutes',
  scheduleToCloseTimeout: '30 minutes',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '10s', maximumInterval: '5 minutes' },
  summary: 'compare ledger, Temporal and Dodo',
});

export async function janitor(input: JanitorInput): Promise<Repairs> {
  const all: Repairs = {};
  const tasks = [
    () => mending.mendPresentations(input),
    () => mending.mendPurchases(input),
    () => mending.findReversals(input),
    () => mending.mendCompensations(input),
    () => mending.mendReviews(input),
    ...(patched(PATCHES.dataRetention) ? [() => mending.deleteExpired()] : []),
  ];
  for (const task of tasks) {
    try {
      for (const [what, count] of Object.entries(await task())) all[what] = (all[what] ?? 0) + (count ?? 0);
    } catch (failure) {
      // One kind of repair that fails keeps no other from being made; the next round tries again.
      if (isCancellation(failure) || !(failure instanceof ActivityFailure)) throw failure;
      log.error('a part of the janitor failed', { error: failure });
    }
  }
  return all;
}
