/** Offers and funnels that an operator has paused everywhere, whatever the catalog's file says. */

export const PAUSABLE = ['offer', 'funnel'] as const;

export interface Pause {
  kind: (typeof PAUSABLE)[number];
  /** Its id in the catalog. */
  id: string;
  pausedAt: string;
  /** The id of the operator's key. */
  actor: string;
  reason: string;
}

/** Returns why a step is not shown now, because its offer or funnel is paused; undefined if neither is. */
export function pausedBy(
  pauses: readonly Pick<Pause, 'kind' | 'id'>[],
  { offerId, funnelId }: { offerId: string; funnelId: string },
): { reason: 'paused'; detail: string } | undefined {
  const pause = pauses.find(({ kind, id }) => id === (kind === 'offer' ? offerId : funnelId));
  return pause && { reason: 'paused', detail: `${pause.kind} ${pause.id} was paused by an operator` };
}
