/** Group 1: the API key. */
import type { Dodo } from '../../../src/dodo/client.js';
import { explain, statusOf } from '../calls.js';
import { fail, pass, unknown, type Finding, type Group } from '../report.js';
import type { DodoSubject } from '../subject.js';

export const KEY_TITLES = {
  'key.valid': 'API key',
  'key.mode': 'Mode of the API key',
  'key.write': 'API key may write',
  'key.rate': 'Rate limit',
  'key.clock': 'Clock',
};

/** Requests a minute by tier: 0, 1 and 2. The header may name the limit of a second instead. */
const TIERS: Record<number, number> = { 40: 240, 100: 1_000, 500: 5_000 };
/** Webhooks are refused from 5 minutes. */
const MAX_SKEW_MS = 60_000;

export function keyChecks(dodo: Dodo, subject: DodoSubject): Group<keyof typeof KEY_TITLES> {
  return {
    titles: KEY_TITLES,
    async run(find) {
      const [read, write] = await Promise.all([readAnything(dodo), writeNothing(dodo)]);
      if ('error' in read) {
        find('key.valid', readFailure(read.error));
        find('key.mode', modeOf(subject, false));
        find('key.write', unknown('It depends on a key that is accepted.'));
      } else {
        find('key.valid', pass('Dodo accepts it.'));
        find('key.mode', modeOf(subject, true));
        find('key.write', write);
      }
      const headers = 'headers' in read ? read.headers : headersOf(read.error);
      find('key.rate', rateOf(headers, subject.requestsPerMinute));
      find('key.clock', clockOf(headers, read.sentAt, read.answeredAt));
    },
  };
}

type Answered = { sentAt: number; answeredAt: number } & ({ headers: Headers } | { error: unknown });

async function readAnything(dodo: Dodo): Promise<Answered> {
  const sentAt = Date.now();
  try {
    const { response } = await dodo.products.list({ page_size: 1 }).withResponse();
    return { sentAt, answeredAt: Date.now(), headers: response.headers };
  } catch (error) {
    return { sentAt, answeredAt: Date.now(), error };
  }
}

function headersOf(error: unknown): Headers | undefined {
  return (error as { headers?: Headers }).headers;
}

function readFailure(error: unknown): Finding {
  const status = statusOf(error);
  if (status === 401 || status === 403) {
    return fail(
      `${explain(error)}.`,
      'Check DODO_PAYMENTS_API_KEY: it may be revoked, mistyped, or a key of the other mode. Keys are in the Dodo ' +
        'dashboard under Developer > API keys.',
    );
  }
  return fail(
    `${explain(error)}.`,
    'Check DODO_PAYMENTS_ENVIRONMENT or DODO_PAYMENTS_BASE_URL, and whether this machine may connect to it.',
  );
}

/** Previews an empty cart. That changes nothing, and only a key that may write is told what is wrong with the cart. */
async function writeNothing(dodo: Dodo): Promise<Finding> {
  try {
    await dodo.checkoutSessions.preview({ product_cart: [] });
    return pass('It may write.');
  } catch (error) {
    const status = statusOf(error);
    if (status === 403) {
      return fail(
        'It is read-only: Dodo refuses previews, charges and checkouts (403).',
        'Create an API key with write access in the Dodo dashboard and set DODO_PAYMENTS_API_KEY to it.',
      );
    }
    const isJudged =
      status !== undefined && status >= 400 && status < 500 && ![401, 408, 429].includes(status);
    return isJudged ? pass('It may write.') : unknown(`${explain(error)}.`);
  }
}

const MODES = { dodo_live_: 'live_mode', dodo_test_: 'test_mode' } as const;

function modeOf({ apiKey, target }: DodoSubject, isAccepted: boolean): Finding {
  const [, mode] = Object.entries(MODES).find(([prefix]) => apiKey.startsWith(prefix)) ?? [];
  const where = target.environment ?? target.baseURL;
  if (mode !== undefined && target.environment !== undefined && mode !== target.environment) {
    return fail(`It is a ${mode} key, but DODO_PAYMENTS_ENVIRONMENT is ${target.environment}.`, modeRemedy);
  }
  if (!isAccepted) return unknown(`It depends on a key that ${where} accepts.`);
  return pass(mode === undefined ? `${where} accepts it.` : `It is a ${mode} key, used with ${where}.`);
}

const modeRemedy =
  'Set DODO_PAYMENTS_ENVIRONMENT to the mode of the key, or DODO_PAYMENTS_API_KEY to a key of that mode.';

function rateOf(headers: Headers | undefined, configured: number | undefined): Finding {
  const limit = Number(headers?.get('x-ratelimit-limit') ?? NaN);
  if (!Number.isFinite(limit) || limit <= 0) return unknown('Dodo names no rate limit in its answers.');
  const perMinute = TIERS[limit] ?? limit;
  if (configured === undefined) {
    return pass(`Dodo allows ${perMinute} requests a minute; DODO_REQUESTS_PER_MINUTE sets no limit.`);
  }
  if (configured > perMinute) {
    return fail(
      `Dodo allows ${perMinute} requests a minute, and DODO_REQUESTS_PER_MINUTE is ${configured}.`,
      `Set DODO_REQUESTS_PER_MINUTE=${perMinute}: what is above the limit is refused, charges included.`,
    );
  }
  const hint = configured < perMinute ? ` Your tier allows DODO_REQUESTS_PER_MINUTE=${perMinute}.` : '';
  return pass(
    `At most ${configured} of the ${perMinute} requests a minute that Dodo allows are used.${hint}`,
  );
}

function clockOf(headers: Headers | undefined, sentAt: number, answeredAt: number): Finding {
  const theirs = Date.parse(headers?.get('date') ?? '');
  if (Number.isNaN(theirs)) return unknown("Dodo's answer names no time.");
  // The header has whole seconds, and was written at some moment between question and answer.
  const skew = Math.max(theirs - answeredAt, sentAt - (theirs + 1_000), 0);
  const seconds = Math.round(Math.abs(theirs + 500 - (sentAt + answeredAt) / 2) / 1_000);
  if (skew <= MAX_SKEW_MS)
    return pass(seconds <= 1 ? "It agrees with Dodo's." : `It is ${seconds} s off Dodo's.`);
  const direction = theirs > answeredAt ? 'behind' : 'ahead of';
  return fail(
    `It is ${seconds} s ${direction} Dodo's.`,
    "Synchronise this machine's clock (NTP): from 5 minutes on, every webhook is refused as too old or too new.",
  );
}
