/** The environment of the product's processes in tests that interrupt them. */
import { SANDBOX_API_KEY, SANDBOX_WEBHOOK_KEY } from '../../../sandbox/index.js';

export const API_KEY = 'key_backend_of_the_fault_campaign';
export const OPERATOR_KEY = 'key_operator_of_the_fault_campaign';

export interface ProductEnvironment {
  dodoUrl: string;
  databaseUrl: string;
  /** `host:port` */
  temporal: string;
  taskQueue: string;
  port?: number;
  catalog?: string;
  merchant?: { url: string; secret: string };
}

/** Returns an environment with short windows, so that minutes show what takes hours in production. */
export function productEnvironment(options: ProductEnvironment): Record<string, string> {
  const { merchant, catalog } = options;
  return {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: String(options.port ?? 0),
    DODO_PAYMENTS_BASE_URL: options.dodoUrl,
    DODO_PAYMENTS_API_KEY: SANDBOX_API_KEY,
    DODO_PAYMENTS_WEBHOOK_KEY: SANDBOX_WEBHOOK_KEY,
    TEMPORAL_ADDRESS: options.temporal,
    TEMPORAL_NAMESPACE: 'default',
    TEMPORAL_TASK_QUEUE: options.taskQueue,
    DATABASE_URL: options.databaseUrl,
    API_KEYS: API_KEY,
    OPERATOR_KEYS: OPERATOR_KEY,
    TOKEN_SECRET: 'signs-the-tokens-of-the-fault-campaign',
    RECONCILE_WINDOW: '5s',
    POLL_INTERVAL: '1s',
    SWEEP_INTERVAL: '3s',
    SWEEP_WINDOW: '1h',
    ACCEPT_WAIT: '4s',
    ...(catalog !== undefined && { CATALOG: catalog }),
    ...(merchant && { MERCHANT_WEBHOOK_URL: merchant.url, MERCHANT_WEBHOOK_SECRET: merchant.secret }),
  };
}
