/** The offer that followed a decided one, so that the holder of its token can go on to it. */
import type { PresentationRecord } from '../domain/presentation.js';
import type { Reader } from './decision-answer.js';
import type { ApiDeps } from './deps.js';
import { viewOf, type PresentationView } from './presentation-view.js';

export type PresentationWithNext = PresentationView & {
  /** The open offer that followed this one, with a token of its own. */
  next?: PresentationView;
};

/** Finds the open offer that followed a presentation in the same run. */
export async function followerOf(
  { ledger, now }: Pick<ApiDeps, 'ledger' | 'now'>,
  record: PresentationRecord,
): Promise<PresentationRecord | undefined> {
  if (record.status === 'open') return undefined;
  const current = await ledger.currentPresentation(record.customerId, now().toISOString());
  return current?.purchaseId === record.purchaseId && current.id !== record.id && current.status === 'open'
    ? current
    : undefined;
}

/** Returns a presentation as clients see it, and the open offer that followed it. */
export async function viewWithNext(
  deps: Pick<ApiDeps, 'ledger' | 'tokens' | 'now'>,
  record: PresentationRecord,
  reader: Reader,
): Promise<PresentationWithNext> {
  const follower = await followerOf(deps, record);
  const view = await viewOf(deps, record, reader);
  // It is for the same customer, so the caller may decide it too: it always comes with a token.
  if (!follower) return view;
  return { ...view, next: await viewOf(deps, follower, { ...reader, withToken: true, besides: true }) };
}
