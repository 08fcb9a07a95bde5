/** Compares the cost of verifying a webhook with that of the library behind the SDK's `webhooks.unwrap`. */
import { Webhook } from 'standardwebhooks';
import { parseWebhookBody, verifyWebhook } from '../src/webhooks/verify.js';
import { webhookSource } from './sample-webhook.js';
import { median } from './stats.js';
import { formatResults, microseconds, ratio } from './results.js';

const WARM_UP_ROUNDS = 5;
const ROUNDS = 41;
const CALLS = 1000;

export async function benchVerify(): Promise<string> {
  const source = await webhookSource('prod_starter_course');
  const { headers, body } = source.next();
  const library = new Webhook(source.secret.toString('base64'));

  const works: [string, () => boolean][] = [
    [
      'this verifier, raw bytes to parsed body',
      () =>
        verifyWebhook({ headers, body, secrets: [source.secret], now: new Date() }).ok &&
        parseWebhookBody(body).ok,
    ],
    ['standardwebhooks, raw bytes to parsed body', () => library.verify(body, headers) !== undefined],
    [
      'this verifier, signature alone',
      () => verifyWebhook({ headers, body, secrets: [source.secret], now: new Date() }).ok,
    ],
  ];
  const times = new Map<string, number[]>(works.map(([name]) => [name, []]));
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    for (const [name, work] of works) {
      const perCall = timeCalls(name, work);
      if (round >= WARM_UP_ROUNDS) times.get(name)?.push(perCall);
    }
  }
  const medians = works.map(([name]) => median(times.get(name) ?? []));
  const [own = NaN] = medians;
  return formatResults(
    [`${body.length} bytes, median of ${ROUNDS} x ${CALLS} calls`, 'per call', 'ratio'],
    works.map(([name], index) => {
      const value = medians[index] ?? NaN;
      return [name, microseconds(value), ratio(value / own)];
    }),
  );
}

/** Returns the microseconds per call. */
function timeCalls(name: string, work: () => boolean): number {
  const started = performance.now();
  for (let call = 0; call < CALLS; call += 1) {
    if (!work()) throw new Error(`${name} rejected a correctly signed webhook.`);
  }
  return ((performance.now() - started) * 1000) / CALLS;
}
