/** Reports, health and metrics. */
import { Router } from 'express';
import { experimentReport } from '../../reports/experiments.js';
import { funnelReport } from '../../reports/funnels.js';
import { shadowReport } from '../../reports/shadows.js';
import { DAY, HOUR } from '../../domain/duration.js';
import type { Activity, Measures, MoneyInDoubt } from '../../ledger/index.js';
import { requireOperator } from '../auth.js';
import type { ApiDeps } from '../deps.js';
import { periodOf, periodQuery } from '../period.js';
import { readiness } from '../readiness.js';
import { parseQuery } from '../validate.js';
import { REVIEW_KINDS } from '../../domain/accounting.js';
import { UNSETTLED_STATUSES } from '../../domain/presentation.js';
import { DECISIONS } from '../../domain/words.js';
import { registry } from '../../metrics.js';
import {
  catalogMetrics,
  deadNotifications,
  decisions,
  janitorRepairs,
  moneyMetrics,
  reviewMetrics,
  unsettledOffers,
} from '../metrics.js';

export function reportRoutes({ ledger, catalog, now }: ApiDeps): Router {
  const router = Router();
  router.get('/api/reports/funnels', requireOperator, async (req, res) => {
    const period = periodOf(parseQuery(periodQuery, req.query));
    res.json({ ...funnelReport(await ledger.funnelReport(period), now()), ...period });
  });
  router.get('/api/reports/experiments', requireOperator, async (req, res) => {
    const period = periodOf(parseQuery(periodQuery, req.query));
    res.json({
      ...experimentReport(await ledger.experimentReport(period), catalog(), now()),
      ...period,
    });
  });
  router.get('/api/reports/shadow-funnels', requireOperator, async (req, res) => {
    const period = periodOf(parseQuery(periodQuery, req.query));
    res.json({ ...shadowReport(await ledger.shadowReport(period), catalog(), now()), ...period });
  });
  router.get('/api/reports/recurring', requireOperator, async (req, res) => {
    const period = periodOf(parseQuery(periodQuery, req.query));
    res.json({ generatedAt: now().toISOString(), ...period, ...(await ledger.recurringReport(period)) });
  });
  router.get('/api/reports/cohorts', requireOperator, async (req, res) => {
    const period = periodOf(parseQuery(periodQuery, req.query));
    const at = now().toISOString();
    res.json({ generatedAt: at, ...period, cohorts: await ledger.cohorts({ ...period, at }) });
  });
  return router;
}

/** The public key of receipts. */
export function keyRoutes({ receipts }: ApiDeps): Router {
  const router = Router();
  router.get('/.well-known/jwks.json', (_req, res) => {
    res.set('Cache-Control', 'public, max-age=3600').json(receipts.jwks);
  });
  return router;
}

export function probeRoutes(deps: ApiDeps): Router {
  const router = Router();
  router.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });
  router.get('/readyz', async (_req, res) => {
    const ready = await readiness(deps);
    res.status(ready.status === 'not_ready' ? 503 : 200).json(ready);
  });
  return router;
}

export function metricsRoutes({ ledger, log, catalogState, now }: ApiDeps): Router {
  const router = Router();
  router.get('/metrics', async (_req, res) => {
    await measureLedger();
    const { catalog, refused } = catalogState();
    catalogMetrics.inForce.reset();
    catalogMetrics.inForce.set({ hash: catalog.hash }, 1);
    catalogMetrics.refused.set(refused ? 1 : 0);
    res.type(registry.contentType).send(await registry.metrics());
  });

  /** Sets the metrics that are read from the ledger. The others do not depend on the database. */
  async function measureLedger(): Promise<void> {
    try {
      const [dead, open, repairs, measured, doubt, activity] = await Promise.all([
        ledger.countDeadNotifications(),
        ledger.countOpenReviews(),
        ledger.countRepairs(),
        ledger.measures(new Date(now().getTime() - HOUR).toISOString()),
        ledger.moneyInDoubt(),
        ledger.activity(new Date(now().getTime() - DAY).toISOString()),
      ]);
      measureOffers(measured, doubt, activity);
      deadNotifications.set(dead);
      for (const kind of REVIEW_KINDS)
        reviewMetrics.open.set({ kind }, open.find((one) => one.kind === kind)?.count ?? 0);
      const oldest = open.map(({ oldestOpenedAt }) => Date.parse(oldestOpenedAt));
      const age = (now().getTime() - Math.min(...oldest)) / 1000;
      reviewMetrics.oldest.set(oldest.length === 0 ? 0 : Math.max(0, age));
      janitorRepairs.reset();
      for (const { what, count } of repairs) janitorRepairs.inc({ what }, count);
    } catch (error) {
      log.warn({ err: error }, 'the ledger could not be measured');
      deadNotifications.remove();
      for (const metric of [decisions, ...Object.values(moneyMetrics), unsettledOffers]) metric.reset();
      reviewMetrics.open.reset();
      reviewMetrics.oldest.remove();
      janitorRepairs.reset();
    }
  }

  function measureOffers(
    { decided, clickToPaid }: Measures,
    doubt: MoneyInDoubt[],
    { paid, unsettled }: Activity,
  ): void {
    decisions.reset();
    for (const decision of DECISIONS)
      decisions.inc({ decision }, decided.find((one) => one.decision === decision)?.count ?? 0);
    moneyMetrics.inDoubt.reset();
    for (const { currency, amount } of doubt)
      if (currency !== null) moneyMetrics.inDoubt.set({ currency }, amount);
    if (doubt.length === 0) moneyMetrics.inDoubt.set({ currency: 'USD' }, 0);
    moneyMetrics.paid.reset();
    for (const { currency, amount } of paid) moneyMetrics.paid.set({ currency }, amount);
    moneyMetrics.proven.reset();
    for (const [quantile, seconds] of Object.entries(clickToPaid))
      moneyMetrics.proven.set({ quantile }, seconds);
    for (const status of UNSETTLED_STATUSES)
      unsettledOffers.set({ status }, unsettled.find((one) => one.status === status)?.count ?? 0);
  }
  return router;
}
