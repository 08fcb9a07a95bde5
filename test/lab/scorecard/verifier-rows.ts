/** Rows about the webhook verifier alone, without a server. */
import { randomBytes } from 'node:crypto';
import { seededRandom } from '../../../sandbox/webhooks/random.js';
import { signWebhook, verifyWebhook } from '../../../src/webhooks/verify.js';
import { acceptedWithOneBitFlipped, compareWithLibrary } from '../../webhooks/verifier-properties.js';
import type { Row } from './row.js';
import { largestT } from './timing.js';

const thousands = (count: number) => count.toLocaleString('en-US');

export const differential: Row<unknown> = {
  id: 'R3',
  title: 'Differential verifier',
  target: '100,000 random deliveries: as the reference library, except where it is known to be lax',
  how: 'npm standardwebhooks signs some of them and verifies all; a difference for no known reason ends the row',
  async measure(_place, long) {
    const runs = long ? 100_000 : 5_000;
    const { accepted, lax } = compareWithLibrary(runs);
    return {
      figure: `${thousands(runs)} compared, ${thousands(accepted)} accepted, 0 unexplained differences, ${thousands(lax)} where the library is lax`,
      met: accepted > 0 && lax > 0,
    };
  },
};

export const bitFlips: Row<unknown> = {
  id: 'R4',
  title: 'Single-bit flips',
  target: '100,000 deliveries with one bit flipped: 0 accepted',
  how: 'one random bit of the id, the timestamp, the signature or the body, after signing',
  async measure(_place, long) {
    const runs = long ? 100_000 : 10_000;
    const accepted = acceptedWithOneBitFlipped(runs);
    return { figure: `${accepted} of ${thousands(runs)} accepted`, met: accepted === 0 };
  },
};

/** By convention, a larger |t| means a leak. */
const LEAK = 4.5;
const VERSION = 'v1,'.length;
const ID = 'msg_timing';
const BODY = Buffer.from('{}');

/** Returns signatures that differ from the good one in a single character: the first, the middle or the last. */
function mismatches(good: string): string[] {
  const last = good.length - 2;
  return [VERSION, Math.floor((VERSION + last) / 2), last].map(
    (at) => good.slice(0, at) + (good[at] === 'A' ? 'B' : 'A') + good.slice(at + 1),
  );
}

/** Compares as the verifier must not. */
function equalUntilTheyDiffer(one: Buffer, other: Buffer): boolean {
  for (let index = 0; index < one.length; index += 1) if (one[index] !== other[index]) return false;
  return true;
}

export const comparisonTime: Row<unknown> = {
  id: 'R5',
  title: 'Time of the signature comparison',
  target: `100,000 refusals: |t| < ${LEAK} whichever character of the signature is wrong`,
  how: "Welch's t over the first, the middle and the last character wrong, in random order, the slowest tenth left out",
  async measure(_place, long) {
    const samples = (long ? 100_000 : 12_000) / 3;
    const random = seededRandom(5);
    const secret = randomBytes(32);
    const now = new Date();
    const timestamp = Math.floor(now.getTime() / 1000);
    const good = signWebhook({ id: ID, timestamp, body: BODY, secret });
    const verify = (signature: string) => {
      // New strings, so that none is cached from the previous call.
      const headers = {
        'webhook-id': ID,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': Buffer.from(signature).toString(),
      };
      return () => verifyWebhook({ headers, body: BODY, secrets: [secret], now }).ok;
    };
    const leak = (signature: string) => {
      const [one, other] = [Buffer.from(signature), Buffer.from(good)];
      return () => equalUntilTheyDiffer(one, other);
    };
    if (!verify(good)()) throw new Error('The good signature was refused.');
    const wrong = mismatches(good);
    const of = (call: (signature: string) => () => boolean) =>
      largestT(
        wrong.map((signature) => () => call(signature)),
        samples,
        random,
      );
    const [own, leaking] = [of(verify), of(leak)];
    return {
      figure: `|t| = ${own.toFixed(1)} at most; of a comparison that stops at the first difference, ${leaking.toFixed(0)}`,
      met: own < LEAK && leaking > LEAK,
    };
  },
};
