import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { openShop, type Shop } from '../activities/shop.js';
import { operatorApp } from '../support/dashboard.js';
import { writeBooks } from '../support/dashboard-books.js';
import { closeServer, listenOnLoopback } from '../support/loopback.js';

const folder = fileURLToPath(new URL('../../deploy/monitoring', import.meta.url));
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (!hasPromtool)
  console.warn('The alert rules are not tested: promtool is missing (apt-get install prometheus).');

/** Returns the names of the metrics in an expression. */
const metricsIn = (expr: string) => expr.match(/\b(?:upsells|process|nodejs)_[a-z0-9_]+/g) ?? [];

let shop: Shop;
let scraped: string;
beforeAll(async () => {
  shop = await openShop();
  await writeBooks(shop);
  // Within the hour in which an offer was paid.
  const now = () => new Date(shop.now().getTime() - 3 * 3_600_000);
  const server = createServer(operatorApp(shop, { now }));
  const port = await listenOnLoopback(server);
  scraped = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  await closeServer(server);
});
afterAll(() => shop.close());

describe('the metrics', () => {
  it('that panels and alerts name are in a real scrape', async () => {
    const dashboard = JSON.parse(await readFile(`${folder}/grafana-dashboard.json`, 'utf8')) as {
      panels: { targets: { expr: string }[] }[];
    };
    const rules = parse(await readFile(`${folder}/alerts.yml`, 'utf8')) as {
      groups: { rules: { expr: string }[] }[];
    };
    const expressions = [
      ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      ...rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr)),
    ];
    const named = [...new Set(expressions.flatMap(metricsIn))];
    expect(named.length).toBeGreaterThan(10);
    const inScrape = (name: string) => new RegExp(`^${name}(\\{| )`, 'm').test(scraped);
    // These have labels that come with the first event; their declarations are there from the start.
    const declared = (name: string) =>
      new RegExp(`^# TYPE ${name.replace(/_bucket$/, '')} `, 'm').test(scraped);
    expect(named.filter((name) => !inScrape(name) && !declared(name))).toEqual([]);
  });

  it('tell of decisions, of money, and of requests to Dodo', () => {
    expect(scraped).toMatch(/upsells_decisions_total\{decision="accepted"\} [1-9]/);
    expect(scraped).toMatch(/upsells_decisions_total\{decision="withdrawn"\} 0/);
    expect(scraped).toMatch(/upsells_money_in_doubt\{currency="USD"\} 14900/);
    expect(scraped).toMatch(/upsells_click_to_paid_seconds\{quantile="0.5"\} \d/);
    expect(scraped).toMatch(/upsells_dodo_requests_total\{method="GET",result="2xx"\} [1-9]/);
    expect(scraped).toMatch(/upsells_dodo_budget_used_ratio 0\.\d/);
  });
});

describe.skipIf(!hasPromtool)('the alert rules', () => {
  it.each([
    ['are valid', ['check', 'rules', 'alerts.yml']],
    ['fire when they should, and not before', ['test', 'rules', 'alerts.test.yml']],
  ])('%s', (_title, args) => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
    expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
  });
});
