/** Notifications that could not be delivered, as operators see them. */
import { shownPurchaseId } from '../domain/ids.js';
import { z } from 'zod';
import type { DeadNotification } from '../ledger/index.js';
import type { ApiDeps } from './deps.js';
import { pageQuery } from './page.js';

/** `<milliseconds>-<seq>` of the last one on a page. */
const CURSOR = /^(\d{1,13})-(\d{1,15})$/;

/** The query of `GET /api/notifications/dead`. */
export const deadNotificationsQuery = z.strictObject({
  ...pageQuery(CURSOR),
  all: z.enum(['true', 'false'], 'must be true or false').default('false'),
});

/** Returns one page, newest first, with a `nextCursor` if there are more. */
export async function deadNotificationsPage(
  { ledger }: Pick<ApiDeps, 'ledger'>,
  { limit, cursor, all }: z.output<typeof deadNotificationsQuery>,
) {
  const before = cursor === undefined ? undefined : placeOf(cursor);
  const found = await ledger.deadNotifications({ all: all === 'true', limit: limit + 1, before });
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return { notifications: page.map(deadNotificationView), ...(last && { nextCursor: cursorAt(last) }) };
}

/** Returns what operators see of a notification: its subject and why it failed, not what it takes to send it again. */
export function deadNotificationView({
  id,
  notification,
  failure,
  failedAt,
  redeliveredAt,
}: DeadNotification) {
  const { type, sequence, purchaseId, presentationId, run, timestamp } = notification;
  return {
    id,
    type,
    sequence,
    purchaseId: shownPurchaseId(purchaseId),
    presentationId,
    run,
    timestamp,
    ...(failure !== undefined && { failure }),
    diedAt: failedAt,
    ...(redeliveredAt !== undefined && { redeliveredAt }),
  };
}

function cursorAt({ failedAt, seq }: DeadNotification): string {
  return `${Date.parse(failedAt)}-${seq}`;
}

function placeOf(cursor: string): { at: string; seq: number } {
  const [ms, seq] = cursor.split('-').map(Number);
  return { at: new Date(ms ?? 0).toISOString(), seq: seq ?? 0 };
}
