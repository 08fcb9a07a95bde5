/** Which Dodo Payments to speak to. Live money is never assumed: it takes both the mode and a key of that mode. */
import { dodoApiKey, dodoEnvironment, httpUrl, requestsPerMinute, webhookSecrets } from './fields.js';
import type { DodoEnvironment } from './fields.js';
import type { Reader } from './reader.js';

/** For the SDK's constructor, which refuses to be given both. */
export type DodoTarget =
  { environment: DodoEnvironment; baseURL?: undefined } | { environment?: undefined; baseURL: string };

export type DodoConfig = {
  /** Dodo's rate limit, kept by the task queue for all workers together. None for the sandbox and other stand-ins. */
  requestsPerMinute?: number;
} &
  /** The sandbox on this machine. What is given here takes the place of its own keys. */
  (
    | { sandbox: true; apiKey?: string; webhookSecrets?: readonly Buffer[] }
    /** `webhookSecrets` is empty only in a worker that was given none: it receives no webhooks. */
    | { sandbox: false; target: DodoTarget; apiKey: string; webhookSecrets: readonly Buffer[] }
  );

export interface DodoRules {
  /** Without a target, run the sandbox. */
  mayUseSandbox: boolean;
  receivesWebhooks: boolean;
  /** The demo clicks through offers by itself. */
  mayBeLive: boolean;
}

const ENVIRONMENT = 'DODO_PAYMENTS_ENVIRONMENT';
const BASE_URL = 'DODO_PAYMENTS_BASE_URL';
const API_KEY = 'DODO_PAYMENTS_API_KEY';
const WEBHOOK_KEY = 'DODO_PAYMENTS_WEBHOOK_KEY';

const RATE = 'DODO_REQUESTS_PER_MINUTE';
/** Of Dodo's lowest tier. */
const DEFAULT_RATE = 240;

const HOSTS: Record<string, DodoEnvironment> = {
  'live.dodopayments.com': 'live_mode',
  'test.dodopayments.com': 'test_mode',
};

/** Reads the four variables; undefined when something is wrong, which is noted. */
export function readDodo(reader: Reader, rules: DodoRules): DodoConfig | undefined {
  const { optional, required, has, note } = reader;
  const before = reader.problems.length;
  const environment = optional(ENVIRONMENT, dodoEnvironment);
  const baseURL = optional(BASE_URL, httpUrl);
  const hasTarget = has(ENVIRONMENT) || has(BASE_URL);
  const sandbox = rules.mayUseSandbox && !hasTarget;
  const rate = optional(RATE, requestsPerMinute);

  const apiKey = sandbox ? optional(API_KEY, dodoApiKey) : required(API_KEY, dodoApiKey);
  const secrets =
    sandbox || !rules.receivesWebhooks
      ? optional(WEBHOOK_KEY, webhookSecrets)
      : required(WEBHOOK_KEY, webhookSecrets);

  if (has(ENVIRONMENT) && has(BASE_URL)) {
    note(
      ENVIRONMENT,
      `and ${BASE_URL} are both given; keep one of them, since each names the Dodo to speak to.`,
    );
  } else if (!hasTarget && !sandbox) {
    note(
      ENVIRONMENT,
      `is missing, and so is ${BASE_URL}; expected test_mode or live_mode, or a URL there. Live is never assumed.`,
    );
  }

  const mode = environment ?? (baseURL === undefined ? undefined : HOSTS[new URL(baseURL).hostname]);
  if (mode === 'live_mode' && !rules.mayBeLive) {
    note(
      environment ? ENVIRONMENT : BASE_URL,
      'is live; the demo accepts offers by itself and must not charge anybody.',
    );
  }
  const keyMode = modeOfKey(apiKey);
  if (keyMode !== undefined && mode !== undefined && keyMode !== mode) {
    note(API_KEY, `is a key of ${keyMode}, but ${environment ? ENVIRONMENT : BASE_URL} says ${mode}.`);
  }
  if (keyMode === 'live_mode' && sandbox) {
    note(API_KEY, `is a key of live_mode, but no ${ENVIRONMENT} is given, which means the sandbox.`);
  }

  if (reader.problems.length > before) return undefined;
  if (sandbox) return { sandbox, apiKey, webhookSecrets: secrets, requestsPerMinute: rate };
  const target = environment ? { environment } : baseURL ? { baseURL } : undefined;
  if (target === undefined || apiKey === undefined) return undefined;
  const perMinute = rate ?? (mode === undefined ? undefined : DEFAULT_RATE);
  return { sandbox: false, target, apiKey, webhookSecrets: secrets ?? [], requestsPerMinute: perMinute };
}

function modeOfKey(apiKey: string | undefined): DodoEnvironment | undefined {
  if (apiKey?.startsWith('dodo_live_')) return 'live_mode';
  if (apiKey?.startsWith('dodo_test_')) return 'test_mode';
  return undefined;
}
