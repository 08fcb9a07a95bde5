/** `/api/notifications`: webhooks to the merchant that could not be delivered, for operators. */
import { Router } from 'express';
import { shownPurchaseId } from '../../domain/ids.js';
import { requireOperator } from '../auth.js';
import {
  deadNotificationView,
  deadNotificationsPage,
  deadNotificationsQuery,
} from '../dead-notifications.js';
import type { ApiDeps } from '../deps.js';
import { operatorCommands } from '../operator-commands.js';
import { Problem } from '../problem.js';
import { redeliverBody } from '../schemas.js';
import { ids, jsonBody, parseBody, parseParam, parseQuery } from '../validate.js';

export function notificationRoutes(deps: ApiDeps): Router {
  const { ledger, temporalLink } = deps;
  const commands = operatorCommands(deps);
  const router = Router();

  router.get('/api/notifications/dead', requireOperator, async (req, res) => {
    res.json(await deadNotificationsPage({ ledger }, parseQuery(deadNotificationsQuery, req.query)));
  });

  router.post('/api/notifications/:id/redeliver', requireOperator, jsonBody(), async (req, res) => {
    const id = parseParam(ids.notification, 'id', req.params.id);
    const { reason } = parseBody(redeliverBody, req.body);
    const dead = await ledger.deadNotification(id);
    if (!dead) {
      throw new Problem('notification_not_found', {
        detail: 'No dead notification has this id.',
      });
    }
    const run = await commands.retryNotification(res, dead, reason);
    if (run === undefined) {
      res.json(deadNotificationView(dead));
      return;
    }
    const { notification } = dead;
    res
      .status(202)
      .location(`/api/purchases/${encodeURIComponent(shownPurchaseId(notification.purchaseId))}`)
      .json({ id, run, links: { temporal: temporalLink(run) ?? null } });
  });

  return router;
}
