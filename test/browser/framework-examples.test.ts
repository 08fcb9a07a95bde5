import { readFile } from 'node:fs/promises';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, launchBrowser } from '../support/browser.js';
import { anOffer, offerPage, type OfferPage } from './offer-page.js';

const FOLDER = 'packages/dodo-offer/examples';
const EXAMPLES = ['react.tsx', 'vue.ts', 'plain.ts'];
const MOST_LINES = 20;

let api: OfferPage;
let browser: Browser;

beforeAll(async () => {
  if (chromiumPath() === undefined) return;
  [api, browser] = await Promise.all([offerPage(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await api?.close();
});

it.each(EXAMPLES)('%s fits on a slide', async (name) => {
  const lines = (await readFile(`${FOLDER}/${name}`, 'utf8')).trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(MOST_LINES);
});

describe.skipIf(chromiumPath() === undefined)('an offer without the looks', () => {
  it.each(EXAMPLES)('is shown and accepted by %s', async (name) => {
    const offer = anOffer();
    api.begin(offer);
    const { outputFiles } = await build({
      entryPoints: [`${FOLDER}/${name}`],
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'example',
      jsx: 'automatic',
      alias: { '@durable-upsells/dodo-offer/core': './packages/dodo-offer/src/core.ts' },
      define: { 'process.env.NODE_ENV': '"production"' },
    });
    const context = await browser.newContext({ baseURL: api.url });
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(10_000);
      const errors: string[] = [];
      page.on('pageerror', ({ message }) => errors.push(message));
      // A page of the same origin, without the component and its policy.
      await page.goto('/elements/manifest.json');
      const options = JSON.stringify({ api: api.url, id: offer.id, token: offer.token });
      await page.evaluate(`${outputFiles[0]?.text ?? ''};
        document.body.innerHTML = '<main></main>';
        example.show(document.querySelector('main'), ${options});`);
      await page.getByText(offer.copy.headline).waitFor();
      await page.getByRole('button', { name: offer.copy.accept }).click();
      await page.getByText('paid', { exact: true }).waitFor();
      expect(api.asked.filter(({ path }) => path.endsWith('/accept'))).toHaveLength(1);
      expect(errors).toEqual([]);
    } finally {
      await context.close();
    }
  });
});
