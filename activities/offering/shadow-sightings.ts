/** Notes, after the live funnels have decided, what the funnels in shadow saw of a purchase or trigger. */
import type { Catalog } from '../../src/domain/offers.js';
import { shadowFunnels, type Facts } from '../../src/domain/rules/match.js';
import { firstGlance, type LiveResult } from '../../src/domain/shadow.js';
import type { TriggerType } from '../../src/domain/words.js';
import type { ActivityContext } from '../context.js';

export interface SeenByShadows {
  purchaseId: string;
  trigger: TriggerType;
  catalog: Catalog;
  facts: Facts;
  live: LiveResult;
}

/**
 * Records what each funnel in shadow saw, without a request to Dodo: those whose rule may hold get their turn later. A
 * failure costs figures and no offer, so that it is only logged.
 */
export async function noteShadows(
  { ledger, log, now }: ActivityContext,
  { purchaseId, trigger, catalog, facts, live }: SeenByShadows,
): Promise<void> {
  const funnels = shadowFunnels(catalog, trigger);
  if (funnels.length === 0) return;
  const at = now();
  try {
    await ledger.recordShadows(
      funnels.map((funnel) => ({
        purchaseId,
        funnelId: funnel.id,
        seenAt: at.toISOString(),
        ...(live.shows && { insteadOf: live.decidedBy }),
        blocked: firstGlance(catalog, trigger, funnel, { facts, live, now: at }),
      })),
    );
  } catch (error) {
    log.warn({ err: error, purchaseId }, 'what funnels in shadow saw could not be recorded');
  }
}
