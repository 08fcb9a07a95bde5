/** The rules that `redocly lint` recommends, on the document as it is served. */
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { expect, it } from 'vitest';
import { openApiDocument } from '../../src/http/openapi/document.js';

const document = openApiDocument('https://offers.shop.dev');

it('passes the recommended rules without an error or a warning', async () => {
  const found = await lintFromString({
    source: JSON.stringify(document),
    absoluteRef: 'openapi.json',
    config: await createConfig({ extends: ['recommended'] }),
  });
  expect(
    found.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`),
  ).toEqual([]);
});

it('names, summarizes and files every operation, once', () => {
  const operations = Object.entries({ ...document.paths, ...document.webhooks }).flatMap(([path, methods]) =>
    Object.entries(
      methods as Record<string, { operationId?: string; summary?: string; tags?: string[] }>,
    ).map(([method, operation]) => ({ at: `${method} ${path}`, ...operation })),
  );
  expect(operations.filter(({ operationId, summary, tags }) => !operationId || !summary || !tags)).toEqual(
    [],
  );
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
});

it('gives every answer a shape, and every error the shapes of its codes', () => {
  const untyped: string[] = [];
  for (const [path, methods] of Object.entries(document.paths ?? {})) {
    for (const [method, { responses }] of Object.entries(methods as Record<string, { responses: object }>)) {
      for (const [status, answer] of Object.entries(responses) as [string, Answer][]) {
        const schemas = Object.values(answer.content ?? {}).map(({ schema }) => schema);
        const isEmpty = status === '204';
        if (isEmpty ? schemas.length > 0 : schemas.length === 0 || schemas.some((schema) => !isTyped(schema)))
          untyped.push(`${method} ${path} ${status}`);
        if (status === '429' && !answer.headers?.['Retry-After'])
          untyped.push(`${method} ${path} Retry-After`);
      }
    }
  }
  expect(untyped).toEqual([]);
});

interface Answer {
  content?: Record<string, { schema?: object }>;
  headers?: Record<string, unknown>;
}

/** An object without properties says nothing. */
function isTyped(
  schema: { $ref?: string; type?: string; properties?: object; oneOf?: unknown[] } = {},
): boolean {
  if (schema.$ref || schema.oneOf) return true;
  return schema.type === 'object' ? schema.properties !== undefined : schema.type !== undefined;
}
