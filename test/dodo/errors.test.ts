import DodoPayments from 'dodopayments';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDodo } from '../../src/dodo/client.js';
import { classify, ifFound, isKeyRejected, type DodoFailure } from '../../src/dodo/errors.js';
import { deadUrl, hang, json, refusal, startRawServer, type Answer, type RawServer } from './raw-server.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

let server: RawServer;
beforeAll(async () => {
  server = await startRawServer();
});
afterAll(() => server.close());

/** Classifies the failure of a read that gets this answer. */
async function failureOf(answer: Answer): Promise<DodoFailure> {
  server.answer = answer;
  return failureAt(server.url);
}

async function failureAt(url: string): Promise<DodoFailure> {
  try {
    await createDodo('dodo_test_key', { baseURL: url }).payments.retrieve('pay_1');
  } catch (error) {
    return classify(error);
  }
  throw new Error('The call was expected to fail but succeeded.');
}

describe('a call that never reached Dodo', () => {
  it('is not sent when nothing listens there', async () => {
    const failure = await failureAt(await deadUrl());
    expect(failure).toEqual({ kind: 'not_sent', message: 'Dodo could not be reached (ECONNREFUSED).' });
  });

  it('is not sent when the host name has no address', async () => {
    const failure = await failureAt('http://nowhere.invalid');
    expect(failure.kind).toBe('not_sent');
    expect(failure.message).toMatch(/^Dodo could not be reached \((ENOTFOUND|EAI_AGAIN)\)\.$/);
  });

  it('is not sent when every address of a host refuses', () => {
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const cause = new TypeError('fetch failed', { cause: new AggregateError([refused, refused]) });
    expect(classify(new DodoPayments.APIConnectionError({ cause }))).toMatchObject({ kind: 'not_sent' });
  });

  it.each(['UND_ERR_CONNECT_TIMEOUT', 'EHOSTUNREACH', 'ENETUNREACH'])('is not sent on %s', (code) => {
    const cause = new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
    expect(classify(new DodoPayments.APIConnectionError({ cause }))).toMatchObject({ kind: 'not_sent' });
  });
});

describe('429', () => {
  const tooMany = (headers: Record<string, string> = {}) => refusal(429, 'TOO_MANY_REQUESTS', headers);

  it.each([
    ['whole seconds', '7', 7 * SECOND],
    ['a fraction of a second', '0.5', SECOND / 2],
    ['none at all', '0', 0],
    ['an hour at most', '86400', HOUR],
    ['a date in the past', 'Wed, 21 Oct 2015 07:28:00 GMT', 0],
    ['a date far away, cut to an hour', 'Fri, 31 Dec 2999 23:59:59 GMT', HOUR],
  ])('is not sent, with Retry-After as %s', async (_, header, retryAfterMs) => {
    expect(await failureOf(tooMany({ 'retry-after': header }))).toMatchObject({
      kind: 'not_sent',
      retryAfterMs,
    });
  });

  it('is not sent, with Retry-After as a date soon', async () => {
    const soon = new Date(Date.now() + 90 * SECOND).toUTCString();
    const failure = await failureOf(tooMany({ 'retry-after': soon }));
    if (failure.kind !== 'not_sent') throw new Error(`It was ${failure.kind}.`);
    expect(failure.retryAfterMs).toBeGreaterThan(60 * SECOND);
    expect(failure.retryAfterMs).toBeLessThanOrEqual(90 * SECOND);
  });

  it.each([
    ['no Retry-After', {}],
    ['one that is neither seconds nor a date', { 'retry-after': 'later' }],
  ])('is not sent, with %s', async (_, headers) => {
    const failure = await failureOf(tooMany(headers));
    expect(failure.kind).toBe('not_sent');
    expect(failure).toHaveProperty('retryAfterMs', undefined);
  });
});

describe('a definite refusal', () => {
  it.each([
    [401, true],
    [403, true],
    [400, false],
    [404, false],
    [429, false],
    [500, false],
  ])('on %d concerns the API key: %s', async (status, expected) => {
    expect(isKeyRejected(await failureOf(refusal(status, 'ANY')))).toBe(expected);
  });

  it.each([400, 401, 403, 404, 409, 410, 413, 422])(
    'is rejected on %d, with the code from Dodo',
    async (status) => {
      expect(await failureOf(refusal(status, 'UNSUPPORTED_CURRENCY'))).toEqual({
        kind: 'rejected',
        status,
        code: 'UNSUPPORTED_CURRENCY',
        message: `Dodo answered ${status} UNSUPPORTED_CURRENCY.`,
        said: `${status} unsupported currency`,
      });
    },
  );

  it.each<[string, Answer]>([
    ['a web page', (res) => res.writeHead(403, { 'content-type': 'text/html' }).end('<h1>No</h1>')],
    ['nothing', (res) => res.writeHead(403).end()],
    ['a code that is not text', json(403, { code: 7 })],
    ['a bare string', json(403, 'no')],
    ['null', json(403, null)],
  ])('gets a code made from the status when the body is %s', async (_, answer) => {
    expect(await failureOf(answer)).toMatchObject({ kind: 'rejected', status: 403, code: 'HTTP_403' });
  });
});

describe('everything else may have happened', () => {
  it.each([408, 500, 502, 503, 504, 599])('%d is unknown', async (status) => {
    expect(await failureOf(refusal(status, 'INTERNAL_SERVER_ERROR'))).toMatchObject({ kind: 'unknown' });
  });

  it('a redirect without a target is unknown', async () => {
    const astray: Answer = (res) => res.writeHead(304).end();
    expect(await failureOf(astray)).toMatchObject({ kind: 'unknown' });
  });

  it('a timeout is unknown', async () => {
    server.answer = hang;
    const call = createDodo('dodo_test_key', { baseURL: server.url }).payments.retrieve('pay_1', {
      timeout: 100,
    });
    const error: unknown = await call.catch((thrown: unknown) => thrown);
    expect(classify(error)).toEqual({ kind: 'unknown', message: 'Dodo did not answer in time.' });
  });

  it.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT'])(
    'a connection lost with %s is unknown',
    (code) => {
      const cause = new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
      expect(classify(new DodoPayments.APIConnectionError({ cause }))).toEqual({
        kind: 'unknown',
        message: `The connection to Dodo was lost (${code}).`,
      });
    },
  );

  it.each([
    ['a lost connection without a reason', new DodoPayments.APIConnectionError({})],
    ['an aborted call', new DodoPayments.APIUserAbortError()],
    ['a truncated body', new TypeError('terminated')],
    ['a mistake in our own code', new RangeError('out of range')],
    ['a thrown value that is not an error', 'what is this'],
    ['nothing', undefined],
  ])('%s is unknown', (_, thrown) => {
    expect(classify(thrown)).toMatchObject({ kind: 'unknown', message: expect.any(String) as string });
  });

  it('an error that is its own cause is unknown, without an endless loop', () => {
    const loop = new DodoPayments.APIConnectionError({});
    loop.cause = loop;
    expect(classify(loop)).toMatchObject({ kind: 'unknown' });
  });
});

describe('ifFound', () => {
  const retrieve = () => createDodo('dodo_test_key', { baseURL: server.url }).products.retrieve('prod_1');

  it('returns what was found', async () => {
    server.answer = json(200, { product_id: 'prod_1' });
    expect(await ifFound(retrieve())).toEqual({ product_id: 'prod_1' });
  });

  it('returns undefined on 404', async () => {
    server.answer = refusal(404, 'NOT_FOUND');
    expect(await ifFound(retrieve())).toBeUndefined();
  });

  it.each([401, 410, 429, 500])('rethrows %d', async (status) => {
    server.answer = refusal(status, 'OTHER');
    await expect(ifFound(retrieve())).rejects.toMatchObject({ status });
  });
});
