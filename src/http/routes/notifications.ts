/** `/api/notifications`: webhooks to the merchant that could not be delivered, for operators. */
import { Router } from 'express';
import type { DeadNotification } from '../../ledger/index.js';
import { audit } from '../audit.js';
import { requireOperator } from '../auth.js';
import type { ApiDeps } from '../deps.js';
import { Problem } from '../problem.js';
import { deadNotificationsQuery, redeliverBody } from '../schemas.js';
import { ids, jsonBody, parseBody, parseParam, parseQuery } from '../validate.js';

export function notificationRoutes({ ledger, runs, log, temporalLink }: ApiDeps): Router {
  const router = Router();

  router.get('/api/notifications/dead', requireOperator, async (req, res) => {
    const { limit, cursor, all } = parseQuery(deadNotificationsQuery, req.query);
    const before = cursor === undefined ? undefined : placeOf(cursor);
    const found = await ledger.deadNotifications({ all: all === 'true', limit: limit + 1, before });
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    res.json({ notifications: page.map(viewOf), ...(last && { nextCursor: cursorAt(last) }) });
  });

  router.post('/api/notifications/:id/redeliver', requireOperator, jsonBody(), async (req, res) => {
    const id = parseParam(ids.notification, 'id', req.params.id);
    const { reason } = parseBody(redeliverBody, req.body);
    const dead = await ledger.deadNotification(id);
    if (!dead) {
      throw new Problem('notification_not_found', {
        detail: 'No notification with this id was given up.',
      });
    }
    if (dead.redeliveredAt !== undefined) {
      res.json(viewOf(dead));
      return;
    }
    audit(log, res, 'redeliver', { notificationId: id }, reason);
    const { notification, failedAt } = dead;
    const run = await runs.redeliver({ id, notification, reason }, failedAt).catch((error: unknown) => {
      throw new Problem('temporarily_unavailable', {
        detail: 'The notification could not be handed to Temporal. Please try again.',
        headers: { 'Retry-After': '5' },
        cause: error,
      });
    });
    res
      .status(202)
      .location(`/api/purchases/${encodeURIComponent(notification.purchaseId)}`)
      .json({ id, run, links: { temporal: temporalLink(run) ?? null } });
  });

  return router;
}

function viewOf({ id, notification, failure, failedAt, redeliveredAt }: DeadNotification) {
  const { type, sequence, purchaseId, presentationId, run, timestamp } = notification;
  return {
    id,
    type,
    sequence,
    purchaseId,
    presentationId,
    run,
    timestamp,
    ...(failure !== undefined && { failure }),
    diedAt: failedAt,
    ...(redeliveredAt !== undefined && { redeliveredAt }),
  };
}

/** Where a page ends: `<milliseconds>-<seq>`. */
function cursorAt({ failedAt, seq }: DeadNotification): string {
  return `${Date.parse(failedAt)}-${seq}`;
}

function placeOf(cursor: string): { at: string; seq: number } {
  const [ms, seq] = cursor.split('-').map(Number);
  return { at: new Date(ms ?? 0).toISOString(), seq: seq ?? 0 };
}
