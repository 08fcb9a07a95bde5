/** Reads which Dodo Payments to use. Live is never assumed: it takes both the mode and a key of that mode. */
import { dodoApiKey, dodoEnvironment, httpUrl, requestsPerMinute, webhookSecrets } from './fields.js';
import type { DodoEnvironment } from './fields.js';
import type { DodoTarget } from '../dodo/client.js';
import type { Reader } from './reader.js';

/** How to reach Dodo, or the sandbox in its place. */
export type DodoConfig = {
  /** Dodo's rate limit, kept by each process. Undefined for the sandbox and other stand-ins. */
  requestsPerMinute?: number;
  /** True when real money may move. */
  live?: boolean;
} &
  /** The sandbox on this machine. Keys given here replace its own. */
  (
    | { sandbox: true; apiKey?: string; webhookSecrets?: readonly Buffer[] }
    /** `webhookSecrets` is empty in a worker without any, and where Dodo is polled: neither receives webhooks. */
    | { sandbox: false; target: DodoTarget; apiKey: string; webhookSecrets: readonly Buffer[] }
  );

interface DodoRules {
  /** Runs the sandbox when no target is given. */
  mayUseSandbox: boolean;
  receivesWebhooks: boolean;
  /** Without a webhook key, payments of test mode are found by reading Dodo often. */
  mayPoll: boolean;
  /** False for the demo, which accepts offers by itself. */
  mayBeLive: boolean;
}

const ENVIRONMENT = 'DODO_PAYMENTS_ENVIRONMENT';
const BASE_URL = 'DODO_PAYMENTS_BASE_URL';
const API_KEY = 'DODO_PAYMENTS_API_KEY';
const WEBHOOK_KEY = 'DODO_PAYMENTS_WEBHOOK_KEY';

const RATE = 'DODO_REQUESTS_PER_MINUTE';
/** The limit of Dodo's lowest tier. */
const DEFAULT_RATE = 240;

const HOSTS: Record<string, DodoEnvironment> = {
  'live.dodopayments.com': 'live_mode',
  'test.dodopayments.com': 'test_mode',
};

/** Reads the variables that concern Dodo. Returns undefined after noting a problem. */
export function readDodo(reader: Reader, rules: DodoRules): DodoConfig | undefined {
  const { optional, required, has, note } = reader;
  const before = reader.problems.length;
  const environment = optional(ENVIRONMENT, dodoEnvironment);
  const baseURL = optional(BASE_URL, httpUrl);
  const hasTarget = has(ENVIRONMENT) || has(BASE_URL);
  const sandbox = rules.mayUseSandbox && !hasTarget;
  const rate = optional(RATE, requestsPerMinute);

  const apiKey = sandbox ? optional(API_KEY, dodoApiKey) : required(API_KEY, dodoApiKey);
  const isLive =
    environment === 'live_mode' ||
    (baseURL !== undefined && HOSTS[new URL(baseURL).hostname] === 'live_mode');
  const secrets =
    sandbox || !rules.receivesWebhooks || (rules.mayPoll && !isLive)
      ? optional(WEBHOOK_KEY, webhookSecrets)
      : required(WEBHOOK_KEY, webhookSecrets);

  if (has(ENVIRONMENT) && has(BASE_URL)) {
    note(ENVIRONMENT, `and ${BASE_URL} are both set; keep one of them, since each names the Dodo to use.`);
  } else if (!hasTarget && !sandbox) {
    note(
      ENVIRONMENT,
      `is missing, and so is ${BASE_URL}; expected test_mode or live_mode, or a base URL. Live is never assumed.`,
    );
  }

  const mode = environment ?? (baseURL === undefined ? undefined : HOSTS[new URL(baseURL).hostname]);
  if (mode === 'live_mode' && !rules.mayBeLive) {
    note(
      environment ? ENVIRONMENT : BASE_URL,
      'is live; the demo accepts offers by itself and must not charge anyone.',
    );
  }
  const keyMode = modeOfKey(apiKey);
  if (keyMode !== undefined && mode !== undefined && keyMode !== mode) {
    note(API_KEY, `is a ${keyMode} key, but ${environment ? ENVIRONMENT : BASE_URL} says ${mode}.`);
  }
  if (keyMode === 'live_mode' && sandbox) {
    note(API_KEY, `is a live_mode key, but without ${ENVIRONMENT} the sandbox is used.`);
  }

  if (reader.problems.length > before) return undefined;
  if (sandbox) return { sandbox, apiKey, webhookSecrets: secrets, requestsPerMinute: rate };
  const target = environment ? { environment } : baseURL ? { baseURL } : undefined;
  if (target === undefined || apiKey === undefined) return undefined;
  const perMinute = rate ?? (mode === undefined ? undefined : DEFAULT_RATE);
  const live = mode === 'live_mode' || keyMode === 'live_mode';
  return {
    sandbox: false,
    target,
    apiKey,
    webhookSecrets: secrets ?? [],
    requestsPerMinute: perMinute,
    ...(live && { live }),
  };
}

function modeOfKey(apiKey: string | undefined): DodoEnvironment | undefined {
  if (apiKey?.startsWith('dodo_live_')) return 'live_mode';
  if (apiKey?.startsWith('dodo_test_')) return 'test_mode';
  return undefined;
}
