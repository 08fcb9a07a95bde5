/** Purchases and triggers as backends see them. */
import { shownPurchaseId, triggerPurchaseId, workflowId } from '../domain/ids.js';
import type { PurchaseView } from '../domain/purchase.js';
import { waitIn } from '../ledger/index.js';
import type { ApiDeps } from './deps.js';
import { viewOf } from './presentation-view.js';

type ViewDeps = Pick<ApiDeps, 'ledger' | 'tokens' | 'now' | 'temporalLink'>;

/**
 * Finds what an id names: the purchase of that id, or else the trigger. Triggers from before they had a name space of
 * their own are among the purchases.
 */
export async function findPurchase(
  { ledger }: Pick<ApiDeps, 'ledger'>,
  id: string,
): Promise<PurchaseView | undefined> {
  return (await ledger.purchase(id)) ?? ledger.purchase(triggerPurchaseId(id));
}

/** Returns the body of `GET /api/purchases/{purchaseId}`, without tokens. */
export async function purchaseViewOf(deps: ViewDeps, view: PurchaseView, locales: readonly string[]) {
  const { purchase, status, outcome, reason, funnelId, catalogHash, considered, presentations, timeline } =
    view;
  const waiting = status === 'waiting' ? waitIn(timeline) : undefined;
  return {
    purchaseId: shownPurchaseId(purchase.purchaseId),
    status,
    ...(waiting && { waiting }),
    ...(outcome && { outcome }),
    ...(reason && { reason }),
    ...(purchase.customerId && { customerId: purchase.customerId }),
    ...(funnelId && { funnelId }),
    ...(catalogHash && { catalogHash }),
    considered,
    presentations: await Promise.all(
      presentations.map(async (record) => ({
        ...(await viewOf(deps, record, { withToken: false, besides: true, locales })),
        ...(record.catalogHash !== undefined && { catalogHash: record.catalogHash }),
      })),
    ),
    timeline,
    links: linksTo(deps, purchase.workflowId),
  };
}

/** Returns the view of a purchase or trigger that Temporal knows but no worker has recorded yet; undefined for others. */
export async function startingView(deps: ViewDeps & Pick<ApiDeps, 'runs'>, purchaseId: string) {
  for (const run of [workflowId.purchase(purchaseId), workflowId.trigger(purchaseId)]) {
    if ((await deps.runs.status(run)) !== 'unknown')
      return {
        purchaseId,
        status: 'evaluating' as const,
        presentations: [],
        timeline: [],
        links: linksTo(deps, run),
      };
  }
  return undefined;
}

function linksTo({ temporalLink }: ViewDeps, run: string): { temporal: string | null } {
  return { temporal: temporalLink(run) ?? null };
}
