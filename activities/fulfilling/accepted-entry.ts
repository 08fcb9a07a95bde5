/** The timeline entry of an acceptance. */
import { ACCEPTED_ENTRY } from '../../src/domain/receipt.js';
import type { TimelineEntry } from '../../src/domain/timeline.js';

/** Returns the entry every attempt for an acceptance writes; the ledger keeps it once. */
export function acceptedEntry({
  acceptedAt,
  presentationId,
  consents,
  evidence,
}: {
  acceptedAt: string;
  presentationId: string;
  consents?: readonly string[];
  evidence?: string;
}): TimelineEntry {
  const given = consents?.join(', ');
  return {
    at: acceptedAt,
    type: ACCEPTED_ENTRY,
    detail: { presentationId, ...(given && { consents: given }), ...(evidence && { evidence }) },
  };
}
