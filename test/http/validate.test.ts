import { connect } from 'node:net';
import express from 'express';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Problem } from '../../src/http/problem.js';
import { acceptBody, closeBody, purchaseBody, triggerBody } from '../../src/http/schemas.js';
import { problemHandler } from '../../src/http/problem-handler.js';
import {
  facts,
  ids,
  jsonBody,
  metadata,
  parseBody,
  parseParam,
  parseQuery,
  quantity,
  readIdempotencyKey,
  reason,
} from '../../src/http/validate.js';
import { serve } from './serve.js';

function problemOf(action: () => unknown): Problem {
  try {
    action();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('expected a problem');
}

describe('ids', () => {
  it.each([
    ['customer', 'cus_abc-1'],
    ['product', 'prod_pro_plan'],
    ['purchase', 'pay_1'],
    ['purchase', '7f9c'],
    ['presentation', 'prs_01HX'],
    ['event', 'usage:acct.7:limit'],
    ['offer', 'pro-plan'],
    ['priceHash', 'sha256:0123abcd'],
  ] as const)('accepts the %s %j', (kind, id) => {
    expect(parseParam(ids[kind], 'id', id)).toBe(id);
  });

  const hostile = [
    '',
    '.',
    '..',
    '../../payments',
    '..%2f..%2fpayments',
    'cus_1/../2',
    'cus_1?x=1',
    'cus_1#',
    'cus_1\0',
    'cus_1\n',
    'cus 1',
    'cus_а',
    'cus_😀',
    'cus_１',
    "cus_1'--",
    'c'.repeat(15_000),
  ];
  it.each(hostile)('rejects %j as any kind of id', (id) => {
    for (const schema of Object.values(ids)) {
      const problem = problemOf(() => parseParam(schema, 'customerId', id));
      expect(problem.code).toBe('invalid_parameter');
      expect(problem.members.errors).toMatchObject([{ parameter: 'customerId' }]);
    }
  });

  it('rejects values that are not strings', () => {
    for (const value of [undefined, null, 1, {}, ['cus_1']]) {
      expect(problemOf(() => parseParam(ids.customer, 'customerId', value)).status).toBe(400);
    }
  });
});

describe('values', () => {
  it('accepts whole quantities from 1 to 10,000', () => {
    for (const value of [1, 10_000]) expect(quantity.parse(value)).toBe(value);
    for (const value of [0, -1, 1.5, 10_001, '1', NaN, Infinity, 2 ** 53]) {
      expect(quantity.safeParse(value).success).toBe(false);
    }
  });

  it('accepts a reason on one line', () => {
    expect(reason.parse('  Customer asked, ticket 17 – Zoë 雪 ')).toBe('Customer asked, ticket 17 – Zoë 雪');
    for (const value of ['', '   ', 'a\nb', 'a\u2028b', 'a\u0000', '\ud800', 'x'.repeat(501), 5]) {
      expect(reason.safeParse(value).success).toBe(false);
    }
  });

  it('keeps metadata within Dodo’s limits', () => {
    expect(metadata.parse({ order: 'A-1', n: 1, ok: true })).toEqual({ order: 'A-1', n: 1, ok: true });
    const many = (count: number): Record<string, number> =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]));
    expect(metadata.safeParse(many(48)).success).toBe(true);
    for (const value of [
      many(49),
      { ['k'.repeat(41)]: 1 },
      { 'a b': 1 },
      { a: 'x'.repeat(501) },
      { a: {} },
      { a: null },
      [],
    ]) {
      expect(metadata.safeParse(value).success).toBe(false);
    }
  });

  it('accepts only scalar facts', () => {
    expect(facts.parse({ seats_used: 9, plan: 'team' })).toEqual({ seats_used: 9, plan: 'team' });
    for (const value of [{ 'a b': 1 }, { '.a': 1 }, { a: [1] }, { a: NaN }])
      expect(facts.safeParse(value).success).toBe(false);
  });
});

describe('bodies and queries', () => {
  const schema = z.strictObject({ presentationId: ids.presentation.optional() });

  it('treats a missing body as an empty object', () => {
    expect(parseBody(schema, undefined)).toEqual({});
  });

  it('rejects unknown fields, including those aimed at the prototype', () => {
    for (const body of ['{"x":1}', '{"__proto__":{"presentationId":"prs_1"}}', '{"constructor":{}}']) {
      const problem = problemOf(() => parseBody(schema, JSON.parse(body)));
      expect(problem.code).toBe('invalid_body');
      expect(problem.members.errors).toHaveLength(1);
    }
  });

  it('rejects bodies that are not objects', () => {
    for (const body of [null, [], 'x', 1])
      expect(problemOf(() => parseBody(schema, body)).code).toBe('invalid_body');
  });

  it('names the invalid query parameter', () => {
    const query = z.strictObject({ funnel: ids.offer.optional() });
    expect(parseQuery(query, { funnel: 'basic' })).toEqual({ funnel: 'basic' });
    expect(problemOf(() => parseQuery(query, { token: 'x' })).members.errors).toEqual([
      { parameter: 'token', detail: 'is not a known field' },
    ]);
    expect(problemOf(() => parseQuery(query, { funnel: ['a', 'b'] })).code).toBe('invalid_parameter');
  });

  it('returns the idempotency key, if present', () => {
    const request = (value: string | undefined) => ({ get: () => value }) as unknown as express.Request;
    expect(readIdempotencyKey(request(undefined))).toBeUndefined();
    expect(readIdempotencyKey(request('order-1'))).toBe('order-1');
    for (const value of ['', 'a b', 'é', 'k'.repeat(201)]) {
      expect(problemOf(() => readIdempotencyKey(request(value))).code).toBe('invalid_parameter');
    }
  });
});

describe('jsonBody', () => {
  async function echo(): Promise<string> {
    const app = express();
    app.post('/', jsonBody(), (req, res) => void res.json({ body: (req.body as unknown) ?? 'none' }));
    app.use(problemHandler({ error: () => undefined }));
    return serve(app);
  }
  const post = (url: string, init: RequestInit): Promise<Response> => fetch(url, { method: 'POST', ...init });

  it('parses JSON and does not require a body', async () => {
    const url = await echo();
    const json = { 'Content-Type': 'application/json; charset=utf-8' };
    expect(await (await post(url, { headers: json, body: '{"a":1}' })).json()).toEqual({ body: { a: 1 } });
    expect((await post(url, {})).status).toBe(200);
    expect((await post(url, { headers: json })).status).toBe(200);
  });

  it('rejects a body of another type instead of ignoring it', async () => {
    const url = await echo();
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/jsonx',
    ]) {
      expect((await post(url, { headers: { 'Content-Type': type }, body: '{"a":1}' })).status).toBe(415);
    }
    expect((await post(url, { body: new Uint8Array([123, 125]) })).status).toBe(415);
  });

  it('rejects a chunked body of another type', async () => {
    const url = new URL(await echo());
    const socket = connect(Number(url.port), url.hostname);
    socket.end(
      'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
    );
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1\.1 415 /);
  });

  it('rejects more than 64 KiB', async () => {
    const url = await echo();
    const body = JSON.stringify({ a: 'x'.repeat(64 * 1024) });
    expect((await post(url, { headers: { 'Content-Type': 'application/json' }, body })).status).toBe(413);
  });
});

describe('text that nobody can keep', () => {
  const unkeepable = fc.tuple(fc.string(), fc.constantFrom('\0', '\ud800', '\udfff'), fc.string());
  const event = { eventId: 'e', type: 'usage_milestone', customerId: 'cus_1' };
  it.each([
    ['a consent', acceptBody, (bad: string) => ({ consents: [bad] }), '#/consents/0'],
    ['a fact', triggerBody, (bad: string) => ({ ...event, facts: { plan: bad } }), '#/facts/plan'],
    ['metadata', purchaseBody, (bad: string) => ({ productId: 'p', metadata: { a: bad } }), '#/metadata/a'],
    ['an id', triggerBody, (bad: string) => ({ ...event, customerId: bad }), '#/customerId'],
    ['an event id', triggerBody, (bad: string) => ({ ...event, eventId: bad }), '#/eventId'],
    ['a return URL', purchaseBody, (bad: string) => ({ productId: 'p', returnUrl: bad }), '#/returnUrl'],
    ['a reason', closeBody, (bad: string) => ({ reason: bad }), '#/reason'],
  ] as const)('is refused in %s', (_, schema, bodyWith, pointer) => {
    fc.assert(
      fc.property(unkeepable, ([before, bad, after]) => {
        const problem = problemOf(() => parseBody(schema, bodyWith(`x${before}x${bad}x${after}x`)));
        expect(problem).toMatchObject({ status: 400, code: 'invalid_body' });
        expect(JSON.stringify(problem)).toContain(pointer);
      }),
    );
  });

  it('is refused in the name of a customer', () => {
    const body = { productId: 'p', customer: { email: 'a@example.com', name: 'A\0' } };
    expect(problemOf(() => parseBody(purchaseBody, body)).status).toBe(400);
  });
});
