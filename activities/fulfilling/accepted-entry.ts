/** The timeline entry of an acceptance. */
import type { TimelineEntry } from '../../src/domain/timeline.js';

/** Returns the entry every attempt for an acceptance writes; the ledger keeps it once. */
export function acceptedEntry({
  acceptedAt,
  presentationId,
  consents,
}: {
  acceptedAt: string;
  presentationId: string;
  consents?: readonly string[];
}): TimelineEntry {
  const given = consents?.join(', ');
  return { at: acceptedAt, type: 'accepted', detail: { presentationId, ...(given && { consents: given }) } };
}
