import { gzipSync } from 'node:zlib';
import express from 'express';
import type { RequestHandler } from 'express';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { invalidBody, invalidParameter } from '../../src/http/field-errors.js';
import { PROBLEMS, Problem, presentationNotFound } from '../../src/http/problem.js';
import { notFound, problemHandler } from '../../src/http/problem-handler.js';
import { serve } from './serve.js';

interface LogLine {
  fields: Record<string, unknown>;
  message: string;
}

/** An API with the routes `/x` and `/x/:id` behind a JSON parser. */
async function api(handler: RequestHandler): Promise<{ url: string; logged: LogLine[] }> {
  const logged: LogLine[] = [];
  const app = express();
  app.use(express.json({ limit: 100, type: () => true }));
  app.route('/x').get(handler).post(handler);
  app.get('/x/:id', handler);
  app.use(notFound);
  app.use(problemHandler({ error: (fields, message) => void logged.push({ fields, message }) }));
  return { url: await serve(app), logged };
}

const fails = (error: unknown): RequestHandler => {
  return () => {
    throw error;
  };
};

describe('problem responses', () => {
  it('carry the code, status, detail, extra members and headers', async () => {
    const { url, logged } = await api(
      fails(
        new Problem('payment_failed', {
          detail: 'The payment was declined.',
          members: { checkoutUrl: 'https://pay.example/1', status: 'cannot be replaced', code: 'nor this' },
          headers: { 'Retry-After': '5' },
        }),
      ),
    );
    const response = await fetch(`${url}/x`);
    expect(response.status).toBe(402);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await response.json()).toEqual({
      type: 'urn:problem-type:durable-upsells:payment_failed',
      title: PROBLEMS.payment_failed.title,
      status: 402,
      code: 'payment_failed',
      detail: 'The payment was declined.',
      checkoutUrl: 'https://pay.example/1',
    });
    expect(logged).toEqual([]);
  });

  it('have an error status and a unique title for every code', () => {
    const entries = Object.values(PROBLEMS);
    expect(entries.every(({ status }) => status >= 400 && status <= 599)).toBe(true);
    expect(new Set(entries.map(({ title }) => title)).size).toBe(entries.length);
  });

  it('do not reveal whether a presentation is missing or not the caller’s', () => {
    expect(JSON.stringify(presentationNotFound())).toBe(JSON.stringify(presentationNotFound()));
    expect(presentationNotFound().status).toBe(404);
  });

  it('hide an unexpected error from the client and log it without its extra fields', async () => {
    const error = Object.assign(new Error('postgres said: password wrong', { cause: new Error('deeper') }), {
      status: 422,
      headers: { authorization: 'Bearer planted' },
    });
    const { url, logged } = await api(fails(error));
    const response = await fetch(`${url}/x?token=planted`);
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ code: 'internal_error', status: 500 });
    expect(text).not.toMatch(/postgres|stack|at /);
    expect(logged).toHaveLength(1);
    expect(logged[0]?.fields).toMatchObject({
      code: 'internal_error',
      method: 'GET',
      path: '/x',
      error: { message: 'postgres said: password wrong', cause: { message: 'deeper' } },
    });
    expect(JSON.stringify(logged)).not.toContain('planted');
  });

  it('do not blame the client for a provider’s 413', async () => {
    const { url } = await api(fails(Object.assign(new Error('too large'), { status: 413 })));
    expect((await fetch(`${url}/x`)).status).toBe(500);
  });

  it('report a thrown value that is not an error as an internal error', async () => {
    const { url } = await api(fails('a string'));
    expect((await fetch(`${url}/x`)).status).toBe(500);
  });

  it('log a 503 thrown on purpose, with its cause', async () => {
    const { url, logged } = await api(
      fails(new Problem('temporarily_unavailable', { cause: new Error('no Temporal') })),
    );
    expect((await fetch(`${url}/x`)).status).toBe(503);
    expect(logged[0]?.fields).toMatchObject({ error: { cause: { message: 'no Temporal' } } });
  });

  it('cover rejections of async handlers', async () => {
    const { url } = await api(() => Promise.reject(new Problem('price_changed')));
    expect((await fetch(`${url}/x`)).status).toBe(409);
  });

  it('do not interfere with a response that has begun', async () => {
    const { url, logged } = await api((_req, res) => {
      res.write('begun');
      throw new Error('too late');
    });
    await expect(fetch(`${url}/x`).then((response) => response.text())).rejects.toThrow();
    expect(logged).toEqual([]);
  });
});

describe('a bad request', () => {
  const post = (
    url: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<Response> =>
    fetch(`${url}/x`, { method: 'POST', body, headers: { 'Content-Type': 'application/json', ...headers } });
  const code = async (response: Response): Promise<[number, unknown]> => [
    response.status,
    ((await response.json()) as { code: unknown }).code,
  ];

  it('with malformed JSON is told the position, without an excerpt', async () => {
    const { url } = await api((_req, res) => void res.end());
    const response = await post(url, '{"a": planted}');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'invalid_body',
      detail: expect.stringMatching(/^The body is not valid JSON/) as string,
    });
    expect(await (await post(url, '{"a": planted}')).text()).not.toContain('planted');
    expect(await code(await post(url, 'null'))).toEqual([400, 'invalid_body']);
  });

  it('with too large a body is refused, even if it is small when compressed', async () => {
    const { url } = await api((_req, res) => void res.end());
    const large = JSON.stringify({ a: 'x'.repeat(1000) });
    const response = await post(url, large);
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({
      code: 'payload_too_large',
      detail: expect.stringContaining('100 bytes') as string,
    });
    expect(await code(await post(url, gzipSync(large), { 'Content-Encoding': 'gzip' }))).toEqual([
      413,
      'payload_too_large',
    ]);
  });

  it('with an unsupported encoding or charset is refused', async () => {
    const { url } = await api((_req, res) => void res.end());
    expect(await code(await post(url, '{}', { 'Content-Encoding': 'zstd' }))).toEqual([
      415,
      'unsupported_media_type',
    ]);
    expect(await code(await post(url, '{}', { 'Content-Type': 'application/json; charset=latin1' }))).toEqual(
      [415, 'unsupported_media_type'],
    );
  });

  it('with a path that cannot be decoded is refused', async () => {
    const { url } = await api((_req, res) => void res.end());
    expect(await code(await fetch(`${url}/x/%ff`))).toEqual([400, 'invalid_parameter']);
  });

  it('for an unknown path or method is 404', async () => {
    const { url } = await api((_req, res) => void res.end());
    expect(await code(await fetch(`${url}/nowhere`))).toEqual([404, 'unknown_route']);
    expect(await code(await fetch(`${url}/x`, { method: 'DELETE' }))).toEqual([404, 'unknown_route']);
  });
});

describe('`errors`', () => {
  const schema = z.strictObject({ 'a/b~c': z.object({ n: z.array(z.int('must be a whole number')) }) });
  const mistakes = (value: unknown): z.ZodError => {
    const { error } = schema.safeParse(value);
    if (error === undefined) throw new Error('The value should have been refused.');
    return error;
  };

  it('points to every mistake in a body, and to each unknown field', () => {
    const problem = invalidBody(mistakes({ 'a/b~c': { n: [1, 'x'] }, extra: 1, 'more here': 2 }));
    expect(problem.members.errors).toEqual([
      { pointer: '#/a~1b~0c/n/1', detail: 'must be a whole number' },
      { pointer: '#/extra', detail: 'is not a known field' },
      { pointer: '#/more%20here', detail: 'is not a known field' },
    ]);
  });

  it('points to the whole body when it is not an object', () => {
    expect(invalidBody(mistakes(7)).members.errors).toMatchObject([{ pointer: '#' }]);
  });

  it('stays short and printable whatever keys are sent', () => {
    const keys = Object.fromEntries(
      Array.from({ length: 500 }, (_, i) => [`\ud800${i}${'k'.repeat(500)}`, i]),
    );
    const { errors } = invalidBody(mistakes({ 'a/b~c': { n: [] }, ...keys })).members as {
      errors: { pointer: string }[];
    };
    expect(errors).toHaveLength(20);
    expect(errors.every(({ pointer }) => pointer.length < 150)).toBe(true);
  });

  it('names the parameter', () => {
    expect(invalidParameter(mistakes(7), 'customerId').members.errors).toMatchObject([
      { parameter: 'customerId' },
    ]);
    expect(invalidParameter(mistakes({ 'a/b~c': 1, x: 1 })).members.errors).toMatchObject([
      { parameter: 'a/b~c' },
      { parameter: 'x' },
    ]);
  });
});
