import { readFile } from 'node:fs/promises';
import express from 'express';
import { expect, it } from 'vitest';
import { openApiDocument } from '../../src/http/openapi/document.js';
import { referenceMarkdown } from '../../src/http/reference/markdown.js';
import { referenceOf } from '../../src/http/reference/model.js';
import { referenceRoutes } from '../../src/http/reference/page.js';
import { serve } from './serve.js';

const document = openApiDocument('http://localhost:3000');

it('is in docs/api.md as the API serves it (npm run api-docs)', async () => {
  expect(await readFile('docs/api.md', 'utf8')).toBe(referenceMarkdown(referenceOf(document)));
});

it('is a page that loads nothing from elsewhere, and whose links lead somewhere', async () => {
  const url = await serve(express().use(referenceRoutes(document)));
  const answer = await fetch(`${url}/docs`);
  const page = await answer.text();
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(page).not.toMatch(/<script|<style|style=|https?:\/\//);
  const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  const broken = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id = '']) => id).filter((id) => !ids.has(id));
  expect(broken).toEqual([]);
  for (const { operationId } of Object.values(document.paths ?? {}).flatMap((methods) =>
    Object.values(methods as Record<string, { operationId: string }>),
  ))
    expect(ids).toContain(operationId);
  expect((await fetch(`${url}/docs/style.css`)).headers.get('content-type')).toContain('text/css');
});
