import { describe, expect, it } from 'vitest';
import type { DecisionReply } from '../../src/contract/messages.js';
import type { Answer } from '../../src/temporal/runs.js';
import { aRecord, scriptedApi, tokens } from './scripted-api.js';

const paid: Answer<DecisionReply> = {
  kind: 'done',
  value: { presentationId: 'prs_1', status: 'paid', decision: 'accepted' },
};
const next = aRecord({ id: 'prs_2' });
const changed: Answer<DecisionReply> = { kind: 'refused', code: 'price_changed', message: 'Another price.' };
const tokenOf = (presentationId: string, customerId = 'cus_1') =>
  tokens.issue({ presentationId, customerId, priceHash: 'sha256:a', expiresAt: '2026-11-22T13:00:00.000Z' });

describe('an Idempotency-Key', () => {
  it('is answered alike for the same request', async () => {
    const { post } = await scriptedApi({ answer: paid });
    for (let click = 0; click < 2; click += 1)
      expect((await post('prs_1/accept', { priceHash: 'sha256:a' }, { key: 'order-1001' })).status).toBe(200);
  });

  it.each([
    ['presentation', 'prs_2/accept', {}],
    ['body', 'prs_1/accept', { consents: ['terms'] }],
    ['decision', 'prs_1/decline', {}],
    ['route', '/api/upsell/cus_1/accept', { presentationId: 'prs_1' }],
    ['kind of request', '/api/purchases', { productId: 'prod_1' }],
    ['event', '/api/triggers', { eventId: 'e1', type: 'usage_milestone', customerId: 'cus_1' }],
  ])('of another %s is refused, and nothing is done', async (_, path, body) => {
    const { post, asked } = await scriptedApi({ answer: paid, others: [next] });
    expect((await post('prs_1/accept', {}, { key: 'order-1001' })).status).toBe(200);
    const before = asked.length;
    const reused = await post(path, body, { key: 'order-1001' });
    expect([reused.status, reused.body.code]).toEqual([422, 'idempotency_key_reused']);
    expect(asked).toHaveLength(before);
  });

  it('of the same customer’s next offer is refused to a browser too, and free to another customer', async () => {
    const others = [next, aRecord({ id: 'prs_3', customerId: 'cus_2' })];
    const { post } = await scriptedApi({ answer: paid, others });
    const click = async (id: string, customerId?: string) =>
      (await post(`${id}/accept`, {}, { key: 'click', credential: await tokenOf(id, customerId) })).status;
    expect(await click('prs_1')).toBe(200);
    expect(await click('prs_2')).toBe(422);
    expect(await click('prs_3', 'cus_2')).toBe(200);
    expect((await post('prs_2/accept', {}, { key: 'click' })).status).toBe(200);
  });

  it('is free again after a refusal', async () => {
    const { post } = await scriptedApi({ answers: [changed, paid] });
    expect((await post('prs_1/accept', { priceHash: 'sha256:b' }, { key: 'k' })).body.code).toBe(
      'price_changed',
    );
    expect((await post('prs_1/accept', { priceHash: 'sha256:a' }, { key: 'k' })).status).toBe(200);
  });

  it('of a declined card may be tried again with the same request', async () => {
    const failed: Answer<DecisionReply> = { ...paid, value: { ...paid.value, status: 'fallback' } };
    const after = aRecord({ status: 'fallback', decision: 'accepted' });
    const { post, asked } = await scriptedApi({ answers: [failed, paid], after });
    expect((await post('prs_1/accept', {}, { key: 'k' })).status).toBe(402);
    expect((await post('prs_1/accept', {}, { key: 'k' })).status).toBe(200);
    expect(asked).toHaveLength(2);
    expect((await post('prs_1/accept', { quantity: 2 }, { key: 'k' })).status).toBe(422);
  });
});

describe('an eventId', () => {
  const event = {
    eventId: 'milestone-1',
    type: 'usage_milestone',
    customerId: 'cus_1',
    facts: { a: 1, b: 2 },
  };

  it('is the same run for the same event, in whatever order its fields come', async () => {
    const { post } = await scriptedApi({});
    const again = {
      facts: { b: 2, a: 1 },
      customerId: 'cus_1',
      type: 'usage_milestone',
      eventId: 'milestone-1',
    };
    for (const body of [event, again])
      expect((await post('/api/triggers', body)).body).toEqual({ runId: 'trigger/milestone-1' });
  });

  it.each([
    ['customer', { customerId: 'cus_2' }],
    ['type', { type: 'limit_approaching' }],
    ['fact', { facts: { a: 2, b: 2 } }],
  ])('of another %s is refused', async (_, other) => {
    const { post, asked } = await scriptedApi({});
    expect((await post('/api/triggers', event)).status).toBe(202);
    const reused = await post('/api/triggers', { ...event, ...other });
    expect([reused.status, reused.body.code]).toEqual([422, 'idempotency_key_reused']);
    expect(reused.body.detail).toContain('eventId');
    expect(asked.filter(([what]) => what === 'trigger')).toHaveLength(1);
  });
});
