/** Runs the command as a process, against the API over real books. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { offered, type Taken } from '../activities/offers-taken.js';
import { openShop, type Shop } from '../activities/shop.js';
import { serve } from '../http/serve.js';
import { operatorApp, OPERATOR } from '../support/dashboard.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

let shop: Shop;
let shown: Taken;
beforeAll(async () => {
  shop = await openShop();
  shown = await offered(shop);
});
afterAll(() => shop.close());

async function offers(url: string, ...args: string[]) {
  const env = { ...process.env, API_URL: url, OPERATOR_KEYS: OPERATOR };
  const tsx = ['--import', 'tsx', 'tools/offers/main.ts'];
  try {
    const done = await promisify(execFile)(process.execPath, [...tsx, ...args], { cwd: root, env });
    return { code: 0, ...done };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

describe('npm run offers', () => {
  it('shows the story of an id, for people and as JSON', async () => {
    const url = await serve(operatorApp(shop));
    const people = await offers(url, 'show', shown.presentationId);
    expect(people).toMatchObject({ code: 0, stdout: expect.stringContaining(shown.payment_id) as string });
    const json = await offers(url, '--json', 'show', shown.customer_id);
    expect(JSON.parse(json.stdout)).toMatchObject({
      kind: 'customer',
      purchases: [{ purchaseId: shown.payment_id }],
    });
    expect(await offers(url, 'show', 'cus_nobody')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nothing_found') as string,
    });
  });

  it('gives commands with a reason, and none without', async () => {
    const withdrawn: unknown[] = [];
    const withdraw = async (...asked: unknown[]) => {
      withdrawn.push(asked);
      return { kind: 'done', value: {} };
    };
    const url = await serve(operatorApp(shop, { scripted: { withdraw } }));
    expect(await offers(url, 'withdraw', shown.presentationId)).toMatchObject({ code: 2 });
    expect(withdrawn).toEqual([]);
    const reason = 'The price was wrong.';
    expect(await offers(url, 'withdraw', shown.presentationId, '--reason', reason)).toMatchObject({
      code: 0,
    });
    expect(withdrawn).toEqual([[shown.run, shown.presentationId, reason]]);
    expect(await offers(url, 'pause', 'offer', 'bundle', '--reason', reason)).toMatchObject({ code: 0 });
    expect(await shop.context.ledger.pauses()).toMatchObject([{ id: 'bundle' }]);
    expect(await offers(url, 'unpause', 'offer', 'bundle', '--reason', reason)).toMatchObject({ code: 0 });
    const trail = await offers(url, '--json', 'audit', '--subject', 'bundle');
    expect(JSON.parse(trail.stdout)).toHaveLength(4);
  });

  it('exports and erases a customer', async () => {
    const url = await serve(operatorApp(shop));
    const exported = await offers(url, '--json', 'export-customer', shown.customer_id);
    expect(JSON.parse(exported.stdout)).toMatchObject({
      customerId: shown.customer_id,
      data: { purchases: [{ purchaseId: shown.payment_id }] },
    });
    const reason = 'They asked for it.';
    expect(await offers(url, 'erase-customer', shown.customer_id, '--reason', reason)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('customer_active') as string,
    });
  });

  it('says by its exit code what went wrong', async () => {
    const url = await serve(operatorApp(shop));
    expect(await offers(url, '--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('retry-notification') as string,
    });
    expect(await offers(url, 'sell', 'everything')).toMatchObject({ code: 2 });
    expect(await offers(url, 'resolve', 'rev_0', '--reason', 'Neither.')).toMatchObject({ code: 2 });
    expect(await offers('http://127.0.0.1:1', 'reviews')).toMatchObject({ code: 3 });
  });
});
