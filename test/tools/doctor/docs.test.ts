import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { routeEvent } from '../../../src/webhooks/route.js';
import { HANDLED_EVENTS } from '../../../src/webhooks/events.js';
import { loadCatalog } from '../../../src/catalog/file/load.js';
import { CATALOG_TITLES } from '../../../tools/doctor/checks/catalog.js';
import { ENDPOINT_TITLES } from '../../../tools/doctor/checks/endpoint.js';
import { KEY_TITLES } from '../../../tools/doctor/checks/key.js';

const text = readFileSync('docs/doctor.md', 'utf8');

test('the documentation lists every event type that is handled', () => {
  const [, listed = ''] = text.split('One with a filter needs these types:');
  const [paragraph = ''] = listed.split('`--fix` registers');
  expect([...paragraph.matchAll(/`([a-z_.]+)`/g)].map(([, type]) => type)).toEqual([...HANDLED_EVENTS]);
});

test('the documentation lists the checks', () => {
  for (const id of Object.keys({ ...KEY_TITLES, ...CATALOG_TITLES, ...ENDPOINT_TITLES })) {
    expect(text).toContain(`\`${id}\``);
  }
});

test('every listed event reaches the code that handles its kind', async () => {
  const catalog = await loadCatalog('offers.yaml');
  const evidence = { provesPurchase: () => false, provesAttempt: () => false };
  for (const type of HANDLED_EVENTS) {
    const route = routeEvent({ type, data: {} }, catalog, new Date(), evidence);
    expect(route).not.toMatchObject({ why: 'no run handles this event type' });
  }
});
