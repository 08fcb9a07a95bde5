/** Runs a fault campaign, on a system of its own whose parts are processes that die. */
import { runCampaign } from '../chaos/campaign.js';
import { describeViolations } from '../invariants/check.js';
import type { Row } from './row.js';

const SEED = 19;

export const campaign: Row<unknown> = {
  id: 'R19',
  title: 'Everything is killed in turn',
  target: 'nothing acknowledged is lost or done twice; every invariant holds',
  how: `kill -9 of worker, API and Temporal, a crashing database, lost and doubled webhooks, a faulty Dodo; seed ${SEED}; npm run chaos takes any size`,
  async measure(_place, long) {
    const size = long ? { purchases: 300, minutes: 5 } : { purchases: 25, minutes: 0.2 };
    const { violations, purchases, longestTemporalOutage, disturbances, events, charges, refunds } =
      await runCampaign({ seed: SEED, ...size, hurry: !long });
    const struck = Object.values(disturbances).reduce((sum, times) => sum + times, 0);
    return {
      figure:
        violations.length === 0
          ? `${purchases} purchases, ${struck} disturbances, ${events.lost} of ${events.sent} events lost, ${charges} charges, ` +
            `${refunds} second payments given back, Temporal away ${(longestTemporalOutage / 1000).toFixed(1)} s at most: 0 violations`
          : describeViolations(violations),
      met: violations.length === 0,
    };
  },
};
