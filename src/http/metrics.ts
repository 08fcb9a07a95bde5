import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Of this process. */
export const registry = new Registry();
collectDefaultMetrics({ register: registry });

export const webhookMetrics = {
  received: new Counter({
    name: 'upsells_webhooks_total',
    help: 'Webhooks from Dodo Payments, by what became of them.',
    labelNames: ['result'] as const,
    registers: [registry],
  }),
  acknowledged: new Histogram({
    name: 'upsells_webhook_ack_seconds',
    help: 'From the arrival of a webhook to Temporal having it.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 8],
    registers: [registry],
  }),
};

export const deadNotifications = new Gauge({
  name: 'upsells_notifications_dead',
  help: 'Webhooks to the merchant that were given up and not redelivered since. Every process says the same.',
  registers: [registry],
});

export const catalogMetrics = {
  inForce: new Gauge({
    name: 'upsells_catalog_info',
    help: 'The catalog in force, by its hash; always 1.',
    labelNames: ['hash'] as const,
    registers: [registry],
  }),
  refused: new Gauge({
    name: 'upsells_catalog_refused',
    help: '1 while the catalog file holds a change that was refused, else 0.',
    registers: [registry],
  }),
};
