/** The catalog changes while the system runs: open offers keep their version, and operators see which one. */
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/domain/offers.js';
import type { EvaluationRow, RunningRow } from '../../src/ledger/index.js';
import { eventually } from '../support/eventually.js';
import { jsonClient, type JsonClient } from '../../sandbox/demo/http.js';
import { testStack, type TestStack } from '../support/stack.js';
import { buy, openOffer, settled } from '../support/purchases.js';
import { searchAttributeKeys } from '../../src/contract/search-attributes.js';
import { testClient } from '../support/temporal.js';

const example = await readFile(new URL('../../offers.yaml', import.meta.url), 'utf8');
/** The bundle has other copy, and another offer follows a decline. */
const changed = example
  .replace('Continue with {product}', 'You may also like {product}')
  .replace(
    'on: { decline: workbook } }\n      - { id: workbook, offer: course-workbook }',
    'on: { decline: session } }\n      - { id: session, offer: setup-session }',
  );

interface CatalogReply {
  hash: string;
  loadedAt: string;
  path: string;
  content: Catalog;
  problem?: { at: string; lines: string[] };
  running: RunningRow[];
}

let stack: TestStack;
let operator: JsonClient;

beforeAll(async () => {
  stack = await testStack({}, example);
  operator = jsonClient(stack.url, stack.operatorKey);
});
afterAll(async () => {
  await stack.stop();
});

const catalog = async () => (await operator.get<CatalogReply>('/api/catalog')).body;
const metrics = async () => (await jsonClient(stack.url).get<unknown>('/metrics')).body as string;

async function inForce(text: string, before: string): Promise<CatalogReply> {
  await writeFile(stack.catalogPath, text);
  return eventually('another catalog in force', async () => {
    const now = await catalog();
    return now.hash !== before && now;
  });
}

describe('a catalog that changes while offers are open', () => {
  it('applies to new purchases, while open offers keep their version and name it', async () => {
    const first = await catalog();
    expect(first).toMatchObject({ path: stack.catalogPath, content: { version: 1, hash: first.hash } });
    const early = await buy(stack, 'prod_starter_course');
    const shown = await openOffer(stack, early.customer_id);
    expect((await catalog()).running).toEqual([
      {
        catalogHash: first.hash,
        funnelId: 'starter-to-bundle',
        step: 'bundle',
        offerId: 'complete-bundle',
        open: 1,
      },
    ]);

    const second = await inForce(changed, first.hash);
    expect(Date.parse(second.loadedAt)).toBeGreaterThan(Date.parse(first.loadedAt));
    const late = await buy(stack, 'prod_starter_course');
    expect((await openOffer(stack, late.customer_id)).copy.headline).toBe(
      'You may also like Complete bundle',
    );
    const row = { funnelId: 'starter-to-bundle', step: 'bundle', offerId: 'complete-bundle', open: 1 };
    expect((await catalog()).running).toEqual(
      expect.arrayContaining([
        { ...row, catalogHash: first.hash },
        { ...row, catalogHash: second.hash },
      ]),
    );

    // The step after a decline comes from the version that the run began with.
    const declined = await stack.http.post<{ next?: { offerId: string } }>(
      `/api/presentations/${shown.id}/decline`,
    );
    expect(declined.body.next?.offerId).toBe('course-workbook');
    const { body } = await stack.http.get(`/api/purchases/${early.payment_id}`);
    expect(body).toMatchObject({
      catalogHash: first.hash,
      presentations: [{ catalogHash: first.hash }, { catalogHash: first.hash }],
    });

    const { client } = await testClient();
    for (const [{ payment_id }, { hash }] of [[early, first] as const, [late, second] as const]) {
      const run = client.workflow.getHandle(`purchase/${payment_id}`);
      const { typedSearchAttributes } = await run.describe();
      expect(typedSearchAttributes.get(searchAttributeKeys.CatalogVersion)).toBe(hash);
      const { currentDetails } = await run.query<{ currentDetails: string }>('__temporal_workflow_metadata');
      expect(currentDetails).toContain(`Catalog: ${hash}`);
    }
    for (const { customer_id } of [early, late]) {
      await stack.http.post(`/api/upsell/${customer_id}/decline`);
      await stack.http.post(`/api/upsell/${customer_id}/decline`);
    }
    await settled(stack, early.payment_id);
    await settled(stack, late.payment_id);
    expect((await catalog()).running).toEqual([]);
  });

  it('is rejected with the reason if it is invalid, and the old one stays in force', async () => {
    const { hash } = await catalog();
    await writeFile(stack.catalogPath, changed.replace('offer: pro-plan', 'offer: pro-plna'));
    const refused = await eventually('a refusal', async () => {
      const now = await catalog();
      return now.problem && now;
    });
    expect(refused.hash).toBe(hash);
    expect(refused.problem?.lines).toEqual([
      expect.stringMatching(
        /offers\.yaml:\d+:\d+ .*there is no offer "pro-plna"; did you mean "pro-plan"\?$/,
      ),
    ]);
    expect(await metrics()).toContain(`upsells_catalog_info{hash="${hash}"} 1`);
    expect(await metrics()).toContain('upsells_catalog_refused 1');

    const { customer_id, payment_id } = await buy(stack, 'prod_basic_plan');
    expect((await openOffer(stack, customer_id)).offerId).toBe('pro-plan');
    await stack.http.post(`/api/upsell/${customer_id}/decline`);
    await stack.http.post(`/api/upsell/${customer_id}/decline`);
    await settled(stack, payment_id);

    await writeFile(stack.catalogPath, changed);
    await eventually('forgiveness', async () => (await catalog()).problem === undefined);
    expect(await metrics()).toContain('upsells_catalog_refused 0');
  });
});

describe('the history of catalogs', () => {
  it('is not for backends', async () => {
    for (const route of ['/api/catalog', '/api/reports/evaluations']) {
      expect((await stack.http.get(route)).status).toBe(403);
    }
  });

  it('shows operators the version of every purchase, page by page', async () => {
    const since = new Date(Date.now() - 1).toISOString();
    const bought: string[] = [];
    for (const product of ['prod_starter_course', 'prod_setup_session', 'prod_basic_plan']) {
      const { customer_id, payment_id } = await buy(stack, product);
      bought.push(payment_id);
      if (product !== 'prod_setup_session') await openOffer(stack, customer_id);
    }
    const pages: EvaluationRow[][] = [];
    await eventually('all of them evaluated', async () => {
      pages.length = 0;
      let cursor: string | undefined;
      do {
        const query = new URLSearchParams({ since, limit: '1', ...(cursor !== undefined && { cursor }) });
        const { body } = await operator.get<{ evaluations: EvaluationRow[]; cursor?: string }>(
          `/api/reports/evaluations?${query.toString()}`,
        );
        pages.push(body.evaluations);
        ({ cursor } = body);
      } while (cursor !== undefined);
      return pages.length >= 2 && pages.flat().length >= 2;
    });
    const rows = pages.flat();
    expect(pages.every((page) => page.length <= 1)).toBe(true);
    expect(new Set(rows.map((row) => row.purchaseId)).size).toBe(rows.length);
    const starter = rows.find(({ purchaseId }) => purchaseId === bought[0]);
    expect(starter).toMatchObject({
      trigger: 'purchase',
      funnelId: 'starter-to-bundle',
      facts: { product_id: ['prod_starter_course'], amount: 4900, currency: 'USD' },
      catalogHash: (await catalog()).hash,
    });
    const bad = await operator.get('/api/reports/evaluations?cursor=bm9wZQ&limit=0');
    expect(bad).toMatchObject({ status: 400, body: { code: 'invalid_parameter' } });
  });
});
