/** 48 requests that a webhook endpoint may receive from the open network, and the right answer to each. */
import { gzipSync } from 'node:zlib';
import { signatureOf } from '../../../src/webhooks/sign.js';
import type { RawRequest } from './raw-http.js';

/** The receiver's secrets in its order, and one that it does not know. */
export interface Secrets {
  first: Buffer;
  second: Buffer;
  foreign: Buffer;
}

type Event = Record<string, unknown> & { data: Record<string, unknown> };

/** How a delivery differs from an ordinary one. */
interface Difference {
  signedWith?: keyof Secrets;
  /** Seconds from now. */
  at?: number;
  /** Makes the body to sign from the event of a paid purchase. It is also sent, unless `sent` changes it. */
  body?: (event: Event) => string | Buffer;
  sent?: (body: Buffer) => Buffer;
  id?: (id: string) => string;
  timestamp?: (seconds: string) => string;
  signature?: (good: string) => string;
  without?: 'webhook-id' | 'webhook-timestamp' | 'webhook-signature';
  headers?: [string, string][];
  chunked?: boolean;
  /** The number of simultaneous copies. */
  times?: number;
}

export interface BlackBoxCase extends Difference {
  name: string;
  status: number;
  /** The signals that the run of the payment has afterwards. Without any there is no run. */
  signals: number;
}

const json = (change: (event: Event) => unknown) => (event: Event) => JSON.stringify(change(event));
const nested = (depth: number) => () => `${'{"data":'.repeat(depth)}{}${'}'.repeat(depth)}`;
const withBytes = (event: Event, hex: string): Buffer => {
  const [before = '', after = ''] = JSON.stringify({ ...event, note: '|' }).split('|');
  return Buffer.concat([Buffer.from(before), Buffer.from(hex, 'hex'), Buffer.from(after)]);
};
const WRONG = 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';
const MANY = 1_500;
const OVER_A_MEBIBYTE = 1024 * 1024 + 1;

const taken = (name: string, difference: Difference = {}): BlackBoxCase => ({
  name,
  status: 200,
  signals: 1,
  ...difference,
});
const answered =
  (status: number) =>
  (name: string, difference: Difference): BlackBoxCase => ({ name, status, signals: 0, ...difference });
/** Correctly signed, but not ours: Dodo need not send it again. */
const ignored = answered(200);
const unsigned = answered(401);
/** Signed, but unreadable. */
const unreadable = answered(400);

export const BLACK_BOX_CASES: BlackBoxCase[] = [
  taken('a delivery as Dodo makes it'),
  taken('signed with the second secret', { signedWith: 'second' }),
  taken('the good signature between two wrong ones', { signature: (good) => `${WRONG} ${good} ${WRONG}` }),
  taken('the good signature after those of other versions', {
    signature: (good) => `${good.replace('v1', 'v1a')} ${good.replace('v1', 'v2')} ${good}`,
  }),
  taken('299 s old', { at: -299 }),
  taken('a content type that is not JSON', {
    headers: [['content-type', 'application/x-www-form-urlencoded; charset=klingon']],
  }),
  taken('in chunks, without a length', { chunked: true }),
  taken('compressed after it was signed', { sent: gzipSync, headers: [['content-encoding', 'gzip']] }),
  taken('line breaks and letters beyond ASCII, signed as they are', {
    body: (event) => JSON.stringify({ ...event, note: 'Zoë 雪 😀' }, null, 2),
  }),
  taken('fields that nobody knows, and keys that would reach for the prototype', {
    body: (event) =>
      JSON.stringify({ ...event, extra: [{ deep: 1 }] }).replace(
        '{',
        '{"__proto__":{"type":"x"},"constructor":{"prototype":{"type":1}},',
      ),
  }),
  taken('three copies at once', { times: 3 }),

  ignored('an event of a type that nobody knows', {
    body: json((event) => ({ ...event, type: 'payment_method.teleported' })),
  }),
  ignored('no data', { body: json(({ data: _, ...event }) => event) }),
  ignored('a payment without an id', {
    body: json((event) => ({ ...event, data: { ...event.data, payment_id: undefined } })),
  }),

  unsigned('no webhook-id', { without: 'webhook-id' }),
  unsigned('no webhook-timestamp', { without: 'webhook-timestamp' }),
  unsigned('no webhook-signature', { without: 'webhook-signature' }),
  unsigned('signed with another secret', { signedWith: 'foreign' }),
  unsigned('the first 8 characters of the signature', { signature: (good) => good.slice(0, 8) }),
  unsigned('a version and nothing else', { signature: () => 'v1,' }),
  unsigned('other versions alone', {
    signature: (good) => `${good.replace('v1', 'v1a')} ${good.replace('v1', 'v2')}`,
  }),
  unsigned(`${MANY} signatures, the good one last`, {
    signature: (good) => `${'v1,x '.repeat(MANY - 1)}${good}`,
  }),
  unsigned('a timestamp in words', { timestamp: () => 'hello' }),
  unsigned('a timestamp with letters after it', { timestamp: (seconds) => `${seconds}abc` }),
  unsigned('a timestamp with a fraction', { timestamp: (seconds) => `${seconds}.99` }),
  unsigned('a timestamp with a plus', { timestamp: (seconds) => `+${seconds}` }),
  unsigned('a negative timestamp', { timestamp: (seconds) => `-${seconds}` }),
  unsigned('a timestamp in hexadecimal', { timestamp: (seconds) => `0x${Number(seconds).toString(16)}` }),
  unsigned('a timestamp in milliseconds', { timestamp: (seconds) => `${seconds}000` }),
  unsigned('301 s old', { at: -301 }),
  // One second more than necessary, since another second may begin meanwhile.
  unsigned('302 s ahead', { at: 302 }),
  unsigned('a dot in the id', { id: (id) => `${id}.1` }),
  unsigned('an id of 257 characters', { id: (id) => id.padEnd(257, 'x') }),
  unsigned('a letter in the id that only looks like ASCII', { id: (id) => id.replace('m', 'м') }),
  unsigned('webhook-id twice', { headers: [['webhook-id', 'msg_another']] }),
  unsigned('one bit of the body flipped', {
    sent: (body) => Buffer.concat([body.subarray(0, -1), Buffer.from([(body.at(-1) ?? 0) ^ 1])]),
  }),
  unsigned('an invalid byte of the body swapped for another', {
    body: (event) => withBytes(event, 'ff'),
    sent: (body) => Buffer.from(body.map((byte) => (byte === 0xff ? 0xfe : byte))),
  }),
  unsigned('the same JSON, written anew', {
    body: (event) => JSON.stringify(event, null, 1),
    sent: (body) => Buffer.from(JSON.stringify(JSON.parse(body.toString()))),
  }),

  unreadable('half a JSON object', { body: (event) => JSON.stringify(event).slice(0, -1) }),
  unreadable('nothing', { body: () => '' }),
  unreadable('null', { body: () => 'null' }),
  unreadable('an array', { body: (event) => JSON.stringify([event]) }),
  unreadable('a byte order mark', { body: (event) => `\ufeff${JSON.stringify(event)}` }),
  unreadable('bytes that are not UTF-8', { body: (event) => withBytes(event, 'ff') }),
  unreadable('5,000 levels', { body: nested(5_000) }),
  unreadable('60,000 levels', { body: nested(60_000) }),

  answered(413)('more than a mebibyte', {
    body: json((event) => ({ ...event, note: 'x'.repeat(OVER_A_MEBIBYTE) })),
  }),
  answered(431)('20 kB of headers', { headers: [['x-padding', 'x'.repeat(20_000)]] }),
];

/** Writes the request of a case about one paid purchase. */
export function requestOf(
  one: Difference,
  delivery: { id: string; now: Date; event: Event; secrets: Secrets },
): RawRequest {
  const { event, secrets } = delivery;
  const id = one.id?.(delivery.id) ?? delivery.id;
  const seconds = String(Math.floor(delivery.now.getTime() / 1000) + (one.at ?? 0));
  const timestamp = one.timestamp?.(seconds) ?? seconds;
  const body = Buffer.from((one.body?.(event) ?? JSON.stringify(event)) as string);
  const good = signatureOf(id, timestamp, body, secrets[one.signedWith ?? 'first']);
  const standard: [string, string][] = [
    ['webhook-id', id],
    ['webhook-timestamp', timestamp],
    ['webhook-signature', one.signature?.(good) ?? good],
  ];
  const extra = one.headers ?? [];
  const hasType = extra.some(([name]) => name === 'content-type');
  return {
    headers: [
      ...(hasType ? [] : [['content-type', 'application/json'] as [string, string]]),
      ...standard.filter(([name]) => name !== one.without),
      ...extra,
    ],
    body: one.sent?.(body) ?? body,
    chunked: one.chunked,
  };
}
