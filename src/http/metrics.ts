/** The metrics of the API, in Prometheus' format. */
import { Counter, Gauge, Histogram } from 'prom-client';
import { registry } from '../metrics.js';

export { registry };

export const webhookMetrics = {
  received: new Counter({
    name: 'upsells_webhooks_total',
    help: 'Webhooks received from Dodo Payments, by result.',
    labelNames: ['result'] as const,
    registers: [registry],
  }),
  acknowledged: new Histogram({
    name: 'upsells_webhook_ack_seconds',
    help: 'Time from receiving a webhook until Temporal has it.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 8],
    registers: [registry],
  }),
};

export const foreignAttemptIds = new Counter({
  name: 'upsells_foreign_attempt_ids_total',
  help: 'Payments whose metadata names an attempt of ours without a valid proof. They are handled as ordinary purchases.',
  registers: [registry],
});

export const deadNotifications = new Gauge({
  name: 'upsells_notifications_dead',
  help: 'Webhooks to the merchant that failed for good and have not been redelivered. The same in every process.',
  registers: [registry],
});

export const reviewMetrics = {
  open: new Gauge({
    name: 'upsells_reviews_open',
    help: 'Reviews that wait for an operator or a proof, by what is in doubt. The same in every process.',
    labelNames: ['kind'] as const,
    registers: [registry],
  }),
  oldest: new Gauge({
    name: 'upsells_reviews_oldest_seconds',
    help: 'Age of the oldest open review; 0 when none is open. The same in every process.',
    registers: [registry],
  }),
};

/** Counted from the ledger, so that decisions count that no request brought: expiry, and clicks through Temporal. */
export const decisions = new Counter({
  name: 'upsells_decisions_total',
  help: 'Offers that were decided, by decision. The same in every process.',
  labelNames: ['decision'] as const,
  registers: [registry],
});

export const moneyMetrics = {
  inDoubt: new Gauge({
    name: 'upsells_money_in_doubt',
    help: 'Money in open reviews, in minor units, by currency. The same in every process.',
    labelNames: ['currency'] as const,
    registers: [registry],
  }),
  paid: new Gauge({
    name: 'upsells_paid_last_day',
    help: 'Net revenue of the offers shown in the last 24 hours, in minor units, by currency. The same in every process.',
    labelNames: ['currency'] as const,
    registers: [registry],
  }),
  proven: new Gauge({
    name: 'upsells_click_to_paid_seconds',
    help: 'From the click to proven money, over the offers paid within the last hour, by quantile. The same in every process.',
    labelNames: ['quantile'] as const,
    registers: [registry],
  }),
};

export const unsettledOffers = new Gauge({
  name: 'upsells_offers_unsettled',
  help: 'Offers under way, by status. The same in every process.',
  labelNames: ['status'] as const,
  registers: [registry],
});

/** Counted from the ledger, where the janitor writes down what it repairs. */
export const janitorRepairs = new Counter({
  name: 'upsells_janitor_repairs_total',
  help: 'What the janitor has repaired, or has put before an operator, by what it was. The same in every process.',
  labelNames: ['what'] as const,
  registers: [registry],
});

export const catalogMetrics = {
  inForce: new Gauge({
    name: 'upsells_catalog_info',
    help: 'The hash of the catalog in force; always 1.',
    labelNames: ['hash'] as const,
    registers: [registry],
  }),
  refused: new Gauge({
    name: 'upsells_catalog_refused',
    help: '1 while the catalog file contains a change that was refused, else 0.',
    registers: [registry],
  }),
};

export const securityEvents = new Counter({
  name: 'upsells_security_events_total',
  help: 'Requests refused for want of credentials, rights or a signature, or for being too many, and commands of operators.',
  labelNames: ['event'] as const,
  registers: [registry],
});
