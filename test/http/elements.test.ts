import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import express from 'express';
import { expect, expectTypeOf, it } from 'vitest';
import type { Status } from '../../packages/dodo-offer/src/types.js';
import type { PresentationStatus } from '../../src/domain/words.js';
import { loadElements } from '../../src/http/elements/bundle.js';
import { problemHandler } from '../../src/http/problem-handler.js';
import { elementRoutes } from '../../src/http/routes/elements.js';
import { serve } from './serve.js';

const KB = 1000;

async function origin(): Promise<string> {
  const app = express();
  app.use(elementRoutes());
  app.use(problemHandler({ error: () => undefined }));
  return serve(app);
}

it('is small: ten kilobytes for the component, five for the core beneath it', async () => {
  const { files } = await loadElements();
  const size = (name: string) => gzipSync(files.get(name)?.body ?? '', { level: 9 }).length;
  expect(size('dodo-offer.js')).toBeGreaterThan(KB);
  expect(size('dodo-offer.js')).toBeLessThan(10 * KB);
  expect(size('dodo-offer-core.js')).toBeGreaterThan(KB);
  expect(size('dodo-offer-core.js')).toBeLessThan(5 * KB);
});

it('knows every status that the API answers', () => {
  expectTypeOf<Status>().toEqualTypeOf<PresentationStatus>();
});

it('is served for every origin, under an address that may change and one that never does', async () => {
  const url = await origin();
  const current = await fetch(`${url}/elements/dodo-offer.js`);
  expect(current.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(current.headers.get('access-control-allow-origin')).toBe('*');
  expect(current.headers.get('cache-control')).toBe('public, max-age=300');
  const body = Buffer.from(await current.arrayBuffer());

  const manifest = (await fetch(`${url}/elements/manifest.json`).then((answer) => answer.json())) as {
    files: Record<string, { path: string; integrity: string }>;
  };
  const { path = '', integrity } = manifest.files['dodo-offer.js'] ?? {};
  const pinned = await fetch(`${url}${path}`);
  expect(pinned.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(Buffer.from(await pinned.arrayBuffer())).toEqual(body);
  expect(integrity).toBe(`sha384-${createHash('sha384').update(body).digest('base64')}`);
  for (const gone of [
    '/elements/000000000000/dodo-offer.js',
    '/elements/..%2f..%2fpackage.json',
    '/elements/no.js',
  ])
    expect((await fetch(`${url}${gone}`)).status).toBe(404);
});

it('describes its properties, parts, slots and events in custom-elements.json', async () => {
  const read = (path: string) => readFile(`packages/dodo-offer/${path}`, 'utf8');
  const [manifest, styles, element] = await Promise.all([
    read('custom-elements.json'),
    read('src/styles.ts'),
    read('src/element.ts'),
  ]);
  const [{ declarations }] = (JSON.parse(manifest) as { modules: [{ declarations: [Declaration] }] }).modules;
  const [{ cssProperties, cssParts, slots, events, attributes }] = declarations;
  const names = (list: { name: string }[]) => list.map(({ name }) => name).sort();
  const found = (text: string, pattern: RegExp) =>
    [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].sort();

  expect(names(cssProperties)).toEqual(found(styles, /^(--offer-[\w-]+):/gm));
  expect(cssProperties.length).toBeGreaterThanOrEqual(20);
  expect(names(slots)).toEqual(found(element, /h\('slot', \{ name: '([\w-]+)'/g));
  expect(cssParts.length).toBeGreaterThanOrEqual(10);
  for (const part of names(cssParts)) expect(element).toMatch(new RegExp(`['\` ]${part}['\` ]`));
  expect(names(events)).toEqual(found(element, /^ {4}'(offer-[\w-]+)':/gm));
  expect(names(attributes)).toEqual(
    [...found(/observedAttributes = \[(.*?)\]/.exec(element)?.[1] ?? '', /'([\w-]+)'/g), 'theme'].sort(),
  );
});

interface Declaration {
  cssProperties: { name: string }[];
  cssParts: { name: string }[];
  slots: { name: string }[];
  events: { name: string }[];
  attributes: { name: string }[];
}
