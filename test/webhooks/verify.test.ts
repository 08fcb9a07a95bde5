import { describe, expect, it } from 'vitest';
import {
  parseWebhookBody,
  parseWebhookSecret,
  signWebhook,
  verifyWebhook,
} from '../../src/webhooks/verify.js';
import { acceptedWithOneBitFlipped, compareWithLibrary } from './verifier-properties.js';

const RUNS = 10_000;
const SLOW = 60_000;

const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');
const A = bytes('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
const B = bytes('C2FVsBQIhrscChlQIMV+b5sSYspob7oD');
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const TIMESTAMP = 1614265330;
const BODY = '{"test": 2432232314}';
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const WRONG = 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';

interface Delivery {
  id: string | string[] | undefined;
  timestamp: string | undefined;
  signature: string | string[] | undefined;
  body: Buffer | string;
  secrets: Buffer[];
  /** Unix seconds. */
  now: number;
}

function verify(changes: Partial<Delivery> = {}) {
  const delivery: Delivery = {
    id: ID,
    timestamp: String(TIMESTAMP),
    signature: SIGNATURE,
    body: BODY,
    secrets: [A],
    now: TIMESTAMP,
    ...changes,
  };
  return verifyWebhook({
    headers: {
      'webhook-id': delivery.id,
      'webhook-timestamp': delivery.timestamp,
      'webhook-signature': delivery.signature,
    },
    body: Buffer.from(delivery.body as string),
    secrets: delivery.secrets,
    now: new Date(delivery.now * 1000),
  });
}

describe('published vectors', () => {
  const vectors: [string, Partial<Delivery>][] = [
    ['A, from seven libraries', {}],
    [
      'B, from the Rust library',
      {
        secrets: [B],
        id: 'msg_27UH4WbU6Z5A5EzD8u03UvzRbpk',
        timestamp: '1649367553',
        now: 1649367553,
        body: '{"email":"test@example.com","username":"test_user"}',
        signature: 'v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=',
      },
    ],
    [
      'D, a secret of 23 bytes without padding',
      {
        secrets: [bytes('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS')],
        signature: 'v1,LVOXivKoo4FWasi/IaHvzhE/u+7/cu2AME+zS/nXqzk=',
      },
    ],
    [
      'E, a secret of 25 bytes without padding',
      {
        secrets: [bytes('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwBr')],
        signature: 'v1,yK2tMbA6BHPrMEJ1lLv7UlJJbgFoqGenJkiajZ29evg=',
      },
    ],
    [
      'F, signed with the old and the new secret',
      { signature: `v1,78nXHjpFP0tVJQW5D0SBwmVyyW87BV/rL6MgfM/Bw44= ${SIGNATURE}` },
    ],
    ['G, an empty body', { body: '', signature: 'v1,v48jdbgvh29KJz2Qc+ghw8G6vG3nAKnujWBg8oM/62A=' }],
    [
      'H, UTF-8 beyond the basic plane',
      {
        body: '{"name":"Zoë 雪 😀"}',
        signature: 'v1,4Y7KyUn8fNke5pdoMIPxDOnHuNEMPGZTj23TcFfqHhc=',
      },
    ],
    [
      'I, bytes that are not UTF-8',
      {
        body: Buffer.from('22ff22', 'hex'),
        signature: 'v1,cbJLFGWMd/vrbJxmIuELrW8+Ntt0t468pzFIono/A3w=',
      },
    ],
  ];
  it.each(vectors)('accepts %s', (_name, delivery) => {
    expect(verify(delivery)).toEqual({
      ok: true,
      id: delivery.id ?? ID,
      timestamp: Number(delivery.timestamp ?? TIMESTAMP),
    });
  });

  it('accepts F with either secret alone and with both in either order', () => {
    const signature = `v1,78nXHjpFP0tVJQW5D0SBwmVyyW87BV/rL6MgfM/Bw44= ${SIGNATURE}`;
    for (const secrets of [[A], [B], [A, B], [B, A]]) {
      expect(verify({ signature, secrets })).toMatchObject({ ok: true });
    }
  });

  it('refuses I signed over the replacement character that its bytes decode to', () => {
    expect(
      verify({
        body: Buffer.from('22ff22', 'hex'),
        signature: 'v1,VdIG6rmBcxqeHlCj3EZTa2v7eurIXceZqgCdwZEZaSo=',
      }),
    ).toEqual({ ok: false, reason: 'no_matching_signature' });
  });

  it('finds the valid signature among those of other keys and versions', () => {
    const list = [WRONG, WRONG.replace('v1', 'v2'), SIGNATURE, WRONG].join(' ');
    expect(verify({ signature: list })).toMatchObject({ ok: true });
  });

  it('signs vector A as published', () => {
    expect(signWebhook({ id: ID, timestamp: TIMESTAMP, body: BODY, secret: A })).toBe(SIGNATURE);
  });
});

describe('refusals', () => {
  const at = (shift: number): Partial<Delivery> => {
    const timestamp = TIMESTAMP + shift;
    const signature = signWebhook({ id: ID, timestamp, body: BODY, secret: A });
    return { timestamp: String(timestamp), signature, now: TIMESTAMP };
  };
  const cases: [string, Partial<Delivery>, string][] = [
    ['no id', { id: undefined }, 'missing_header'],
    ['no timestamp', { timestamp: undefined }, 'missing_header'],
    ['no signature', { signature: undefined }, 'missing_header'],
    ['an empty id', { id: '' }, 'missing_header'],
    ['an empty signature', { signature: '' }, 'missing_header'],
    ['an id sent twice and joined by Node', { id: `${ID}, ${ID}` }, 'invalid_id'],
    ['an id sent twice, as a list', { id: [ID, ID] }, 'invalid_id'],
    ['an id with a dot, which shifts the signed parts', { id: 'msg.1' }, 'invalid_id'],
    ['an id with a letter that is not ASCII', { id: 'msg_а' }, 'invalid_id'],
    ['an id of 257 characters', { id: 'm'.repeat(257) }, 'invalid_id'],
    ['an id with a line break', { id: `${ID}\n` }, 'invalid_id'],
    ...[
      'hello',
      `${TIMESTAMP}abc`,
      `${TIMESTAMP}.99`,
      ` ${TIMESTAMP}`,
      `${TIMESTAMP} `,
      `+${TIMESTAMP}`,
      '-1614265330',
      '1e9',
      '0x6037BD32',
      '0',
      `${TIMESTAMP}000`,
      `${TIMESTAMP}\n`,
      `${TIMESTAMP}, ${TIMESTAMP}`,
      '１６１４２６５３３０',
    ].map((timestamp): [string, Partial<Delivery>, string] => [
      `the timestamp ${JSON.stringify(timestamp)}`,
      { timestamp },
      'invalid_timestamp',
    ]),
    [
      'a timestamp with a leading zero that was signed without it',
      { timestamp: `0${TIMESTAMP}` },
      'no_matching_signature',
    ],
    ['a timestamp 301 seconds old', at(-301), 'timestamp_too_old'],
    ['a timestamp 301 seconds ahead', at(301), 'timestamp_too_new'],
    ['only the version', { signature: 'v1,' }, 'no_matching_signature'],
    ['the first 8 characters of a signature', { signature: SIGNATURE.slice(0, 8) }, 'no_matching_signature'],
    ['a shorter signature', { signature: 'v1,dawfeoifkpqwoekfpqoekf' }, 'no_matching_signature'],
    ['a tail after the signature', { signature: `${SIGNATURE},x` }, 'no_matching_signature'],
    ['no version', { signature: SIGNATURE.slice(3) }, 'no_matching_signature'],
    ['another version', { signature: SIGNATURE.replace('v1', 'v2') }, 'no_matching_signature'],
    ['the asymmetric version', { signature: SIGNATURE.replace('v1', 'v1a') }, 'no_matching_signature'],
    ['an upper-case version', { signature: SIGNATURE.replace('v1', 'V1') }, 'no_matching_signature'],
    [
      'another base64 encoding of the same bytes',
      { signature: SIGNATURE.replace('1OE=', '1OF=') },
      'no_matching_signature',
    ],
    [
      'url-safe base64',
      { signature: SIGNATURE.replace('+', '-').replace('/', '_') },
      'no_matching_signature',
    ],
    ['three wrong signatures', { signature: [WRONG, WRONG, WRONG].join(' ') }, 'no_matching_signature'],
    [
      'the valid signature in place 17',
      { signature: [...Array<string>(16).fill(WRONG), SIGNATURE].join(' ') },
      'invalid_signature_header',
    ],
    [
      'signatures of more than 4 kB',
      { signature: `${'x'.repeat(4096)} ${SIGNATURE}` },
      'invalid_signature_header',
    ],
    ['signatures as a list of headers', { signature: [SIGNATURE, SIGNATURE] }, 'invalid_signature_header'],
    ['another secret', { secrets: [B] }, 'no_matching_signature'],
    ['another body', { body: `${BODY} ` }, 'no_matching_signature'],
    ['another id', { id: 'msg_other' }, 'no_matching_signature'],
    ['another timestamp within tolerance', { timestamp: String(TIMESTAMP + 1) }, 'no_matching_signature'],
  ];
  it.each(cases)('include %s', (_name, delivery, reason) => {
    expect(verify(delivery)).toEqual({ ok: false, reason });
  });

  it('accepts exactly 300 seconds either way, and the valid signature in place 16', () => {
    expect(verify(at(-300))).toMatchObject({ ok: true });
    expect(verify(at(300))).toMatchObject({ ok: true });
    const signature = [...Array<string>(15).fill(WRONG), SIGNATURE].join(' ');
    expect(verify({ signature })).toMatchObject({ ok: true });
  });

  it('requires secrets, and none that is empty', () => {
    expect(() => verify({ secrets: [] })).toThrow(RangeError);
    expect(() => verify({ secrets: [A, Buffer.alloc(0)] })).toThrow(RangeError);
    expect(() => signWebhook({ id: ID, timestamp: 1, body: '', secret: A })).toThrow(RangeError);
    expect(() => signWebhook({ id: 'a.b', timestamp: TIMESTAMP, body: '', secret: A })).toThrow(RangeError);
    expect(() => signWebhook({ id: ID, timestamp: TIMESTAMP, body: '', secret: Buffer.alloc(0) })).toThrow(
      RangeError,
    );
  });

  it(
    'include all of ten thousand deliveries with one bit flipped',
    () => {
      expect(acceptedWithOneBitFlipped(RUNS)).toBe(0);
    },
    SLOW,
  );
});

describe('compared with the reference library', () => {
  it(
    'it agrees on ten thousand random deliveries, except where the library is known to be lax',
    () => {
      const { accepted, lax } = compareWithLibrary(RUNS);
      // The generators reach both sides of every decision.
      expect(accepted).toBeGreaterThan(RUNS / 20);
      expect(lax).toBeGreaterThan(RUNS / 100);
    },
    SLOW,
  );
});

describe('secrets', () => {
  it('may be padded or unpadded base64', () => {
    expect(parseWebhookSecret(`whsec_${A.toString('base64')}`)).toEqual({ ok: true, secret: A });
    const long = Buffer.alloc(64, 7);
    expect(parseWebhookSecret(`whsec_${long.toString('base64')}`)).toEqual({ ok: true, secret: long });
    expect(parseWebhookSecret(`whsec_${long.toString('base64').replace(/=+$/, '')}`)).toEqual({
      ok: true,
      secret: long,
    });
  });

  it.each([
    ['', 'empty'],
    ['whsec_', 'nothing follows'],
    ['w', 'start with whsec_'],
    ['whsec_%', 'not base64'],
    [`whsec_${'A'.repeat(33)}`, 'not base64'],
    [`whsec_${A.toString('base64')}=`, 'not base64'],
    [`whsec_${bytes('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS').toString('base64')}`, '23 bytes'],
    [`whsec_${Buffer.alloc(65).toString('base64')}`, '65 bytes'],
    [`hwsec_${A.toString('base64')}`, 'start with whsec_'],
    ['whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=', 'ed25519'],
    [A.toString('base64'), 'start with whsec_'],
  ])('are refused: %j', (text, problem) => {
    expect(parseWebhookSecret(text)).toEqual({
      ok: false,
      problem: expect.stringContaining(problem) as string,
    });
  });
});

describe('bodies', () => {
  const nested = (depth: number): Buffer =>
    Buffer.from('{"a":'.repeat(depth - 1) + '{}' + '}'.repeat(depth - 1));

  it('may be any object, and are not changed', () => {
    expect(parseWebhookBody(Buffer.from('{"type":"x","n":1,"data":{"名":null}}'))).toEqual({
      ok: true,
      value: { type: 'x', n: 1, data: { 名: null } },
    });
    expect(parseWebhookBody(nested(32))).toMatchObject({ ok: true });
  });

  it('keep __proto__ as a key, not as a prototype', () => {
    const body = parseWebhookBody(Buffer.from('{"__proto__":{"admin":true}}'));
    expect(body.ok && 'admin' in body.value).toBe(false);
  });

  it.each([
    ['invalid UTF-8', Buffer.from('7b2261223a22ff227d', 'hex'), 'invalid_utf8'],
    ['a byte order mark', Buffer.from('\ufeff{}'), 'invalid_json'],
    ['nothing', Buffer.alloc(0), 'invalid_json'],
    ['half an object', Buffer.from('{"a":'), 'invalid_json'],
    ['NaN', Buffer.from('{"a":NaN}'), 'invalid_json'],
    ['a trailing comma', Buffer.from('{"a":1,}'), 'invalid_json'],
    ['a comment', Buffer.from('{} // x'), 'invalid_json'],
    ['null', Buffer.from('null'), 'not_an_object'],
    ['an array', Buffer.from('[{}]'), 'not_an_object'],
    ['a number', Buffer.from('7'), 'not_an_object'],
    ['33 levels', nested(33), 'too_deep'],
    ['33 levels of arrays', Buffer.from(`{"a":${'['.repeat(32)}${']'.repeat(32)}}`), 'too_deep'],
    ['10,000 levels', nested(10_000), 'too_deep'],
  ])('are refused: %s', (_name, body, reason) => {
    expect(parseWebhookBody(body)).toEqual({ ok: false, reason });
  });
});
