/** Reports, health and metrics. */
import { Router } from 'express';
import { experimentReport } from '../../reports/experiments.js';
import { funnelReport } from '../../reports/funnels.js';
import { requireOperator } from '../auth.js';
import type { ApiDeps } from '../deps.js';
import { catalogMetrics, deadNotifications, registry } from '../metrics.js';

export function reportRoutes({ ledger, catalog }: ApiDeps): Router {
  const router = Router();
  router.get('/api/reports/funnels', requireOperator, async (_req, res) => {
    res.json(funnelReport(await ledger.funnelReport()));
  });
  router.get('/api/reports/experiments', requireOperator, async (_req, res) => {
    res.json(experimentReport(await ledger.experimentReport(), catalog()));
  });
  return router;
}

export function probeRoutes({ ledger, runs, log, catalogState }: ApiDeps): Router {
  const router = Router();
  router.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });
  router.get('/readyz', async (_req, res) => {
    const [temporal, database] = await Promise.all([
      reached('temporal', () => runs.ping()),
      reached('database', () => ledger.ping()),
    ]);
    const ready = temporal && database;
    res.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not_ready', temporal, database });
  });
  router.get('/metrics', async (_req, res) => {
    try {
      deadNotifications.set(await ledger.countDeadNotifications());
    } catch (error) {
      // The other metrics do not depend on the database.
      log.warn({ err: error }, 'dead notifications could not be counted');
      deadNotifications.remove();
    }
    const { catalog, refused } = catalogState();
    catalogMetrics.inForce.reset();
    catalogMetrics.inForce.set({ hash: catalog.hash }, 1);
    catalogMetrics.refused.set(refused ? 1 : 0);
    res.type(registry.contentType).send(await registry.metrics());
  });

  async function reached(what: string, ping: () => Promise<void>): Promise<boolean> {
    try {
      await ping();
      return true;
    } catch (error) {
      log.warn({ err: error, what }, 'dependency could not be reached');
      return false;
    }
  }
  return router;
}
