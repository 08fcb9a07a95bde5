import DodoPayments from 'dodopayments';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createProofs, PRODUCT_METADATA_KEY, PROOF_METADATA_KEY } from '../../src/dodo/proof.js';
import type { ApiDeps } from '../../src/http/deps.js';
import { handOver } from '../../src/http/hand-over.js';
import { foreignAttemptIds } from '../../src/http/metrics.js';
import { parseCatalog } from '../../src/catalog/file/load.js';
import { CATALOG } from '../activities/shop.js';

const ATTEMPT = 'purchase/pay_0:bundle:1';
const proofs = createProofs(Buffer.alloc(32, 1));
const claim = { attemptId: ATTEMPT, customerId: 'cus_1', productId: 'prod_complete_bundle' };

let delivered: { kind: string; workflowId?: string; purchaseId?: string; event?: object }[];
/** The attempts that were looked for in the ledger. */
let lookedFor: string[];
beforeEach(() => {
  delivered = [];
  lookedFor = [];
});

function take(
  metadata: Record<string, unknown>,
  { change = {}, dodo }: { change?: Record<string, unknown>; dodo?: unknown } = {},
) {
  const deps = {
    dodo,
    catalog: () => parseCatalog(CATALOG, 'offers.yaml'),
    now: () => new Date('2026-11-28T12:00:00.000Z'),
    proofs,
    log: { warn: () => undefined },
    ledger: {
      attempt: async (id: string) => void lookedFor.push(id),
      purchase: async () => undefined,
      announcePayment: async () => undefined,
    },
    runs: { deliver: async (route: (typeof delivered)[number]) => (delivered.push(route), 'delivered') },
  };
  const body = {
    type: 'payment.succeeded',
    data: {
      payment_id: 'pay_1',
      status: 'succeeded',
      total_amount: 2900,
      currency: 'USD',
      created_at: '2026-11-28T11:59:00.000Z',
      customer: { customer_id: 'cus_1' },
      product_cart: [{ product_id: 'prod_starter_course', quantity: 1 }],
      metadata,
      ...change,
    },
  };
  return handOver(deps as unknown as ApiDeps, body, 'msg_1');
}

/** How many were counted meanwhile. */
async function counted(take: () => Promise<unknown>): Promise<number> {
  const count = async () => (await foreignAttemptIds.get()).values[0]?.value ?? 0;
  const before = await count();
  await take();
  return (await count()) - before;
}

const proven = (change: Partial<typeof claim> = {}, product: unknown = claim.productId) => ({
  upsell_attempt_id: ATTEMPT,
  [PRODUCT_METADATA_KEY]: product,
  [PROOF_METADATA_KEY]: proofs.ofAttempt({ ...claim, ...change }),
});

describe('a payment of an attempt that does not say what was paid', () => {
  const READ = { payment_id: 'pay_1', status: 'succeeded', total_amount: 9899, currency: 'USD' };
  const NOT_FOUND = () => Promise.reject(new DodoPayments.NotFoundError(404, {}, 'unknown', new Headers()));
  const reading = (answer: () => Promise<unknown>) => {
    const retrieve = vi.fn(answer);
    return { retrieve, dodo: { payments: { retrieve } } };
  };

  it.each([
    ['amount', { total_amount: undefined }],
    ['amount, but null', { total_amount: null }],
    ['amount in whole minor units', { total_amount: 98.99 }],
    ['currency', { currency: undefined }],
    ['currency, but nothing', { currency: '' }],
  ])('is read before a run is told of it: no %s', async (_, change) => {
    const { retrieve, dodo } = reading(async () => READ);
    await take(proven(), { change, dodo });
    expect(retrieve).toHaveBeenCalledTimes(1);
    expect(delivered).toMatchObject([
      { kind: 'payment', event: { status: 'succeeded', amount: 9899, currency: 'USD', proven: true } },
    ]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['cannot be reached', () => Promise.reject(new Error('503'))],
    ['does not know it', NOT_FOUND],
    ['does not tell either', async () => ({ ...READ, total_amount: null })],
    ['does not tell the currency', async () => ({ ...READ, currency: null })],
  ])('is told to nobody when Dodo %s, so that it is sent again', async (_, answer) => {
    await expect(
      take(proven(), { change: { total_amount: undefined }, dodo: reading(answer).dodo }),
    ).rejects.toThrow();
    expect(delivered).toEqual([]);
  });

  it.each([
    ['tells', {}],
    ['is not paid', { status: 'failed', total_amount: undefined }],
  ])('is not read when it %s', async (_, change) => {
    const { retrieve, dodo } = reading(async () => READ);
    await take(proven(), { change, dodo });
    expect(retrieve).not.toHaveBeenCalled();
    expect(delivered).toMatchObject([{ kind: 'payment' }]);
  });
});

describe('a payment that names an attempt which is not proven to be ours', () => {
  it.each<[string, Record<string, unknown>]>([
    ['a guessed id', { upsell_attempt_id: ATTEMPT }],
    ['an id of an odd form', { upsell_attempt_id: 'order 7' }],
    ['no id', { upsell_attempt_id: '' }],
    ['an id that is a number', { upsell_attempt_id: 7 }],
    ['an id that is an object', { upsell_attempt_id: { id: ATTEMPT } }],
    ['very long', { upsell_attempt_id: 'x'.repeat(5000) }],
    ['a character that databases refuse', { upsell_attempt_id: 'purchase/\u0000:bundle:1' }],
    ['the proof of another customer', proven({ customerId: 'cus_2' })],
    ['the proof of another attempt', proven({ attemptId: 'purchase/pay_0:bundle:2' })],
    ['the proof of another product', proven({ productId: 'prod_team_license' })],
    ['a product that is a list', proven({}, [claim.productId])],
    ['a proof that is a number', { ...proven(), [PROOF_METADATA_KEY]: 7 }],
  ])('is an ordinary purchase, and counted: %s', async (_, metadata) => {
    expect(await counted(() => take(metadata))).toBe(1);
    expect(delivered).toMatchObject([{ kind: 'purchase', purchaseId: 'pay_1' }]);
    expect(lookedFor.every((id) => id === ATTEMPT)).toBe(true);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['none', {}, 'purchase'],
    ['null', { upsell_attempt_id: null }, 'purchase'],
    ['a proven one', proven(), 'payment'],
  ])('is not counted where it names %s', async (_, metadata, kind) => {
    expect(await counted(() => take(metadata))).toBe(0);
    expect(delivered).toMatchObject([{ kind }]);
  });
});
