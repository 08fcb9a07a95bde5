import { expect, it, describe } from 'vitest';
import type { PresentationRecord } from '../../src/domain/presentation.js';
import { problem } from '../../src/http/openapi/shapes.js';
import { aRecord, BACKEND, NOW, scriptedApp, type Asked, type Script } from './scripted-api.js';
import { serve } from './serve.js';

/** Posts to the API as the backend of the customer of `aRecord`. */
async function upsellApi(script: Script) {
  const asked: Asked = [];
  const url = await serve(scriptedApp(script, asked));
  return {
    asked,
    async call(method: 'GET' | 'POST', path = '', body?: object, under = '/api/upsell/cus_1') {
      const response = await fetch(`${url}${under}${path}`, {
        method,
        headers: { Authorization: `Bearer ${BACKEND}`, 'Content-Type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
  };
}

const unseen = (over: Partial<PresentationRecord> = {}) =>
  aRecord({ id: 'prs_b', handedOutAt: undefined, ...over });
const accepted = aRecord({ id: 'prs_a', status: 'paid', decision: 'accepted' });

describe('an acceptance that names no presentation', () => {
  it('means the open one that was handed out', async () => {
    const current = aRecord();
    const answer = { kind: 'done', value: { presentationId: 'prs_1', status: 'paid', decision: 'accepted' } };
    const api = await upsellApi({ current, answer: answer as Script['answer'] });
    expect(await api.call('POST', '/accept', {})).toMatchObject({ status: 200 });
    expect(api.asked.map(([what]) => what)).toEqual(['accept']);
  });

  it('never means one that was not handed out: it is handed out by the refusal', async () => {
    const api = await upsellApi({ current: unseen() });
    const { status, body } = await api.call('POST', '/accept', {});
    expect([status, body.code]).toEqual([409, 'offer_changed']);
    expect(problem.parse(body)).toEqual(body);
    expect(body.presentation).toMatchObject({
      id: 'prs_b',
      status: 'open',
      token: expect.any(String) as string,
    });
    expect(api.asked).toEqual([['markHandedOut', 'prs_b']]);
  });

  it('means one that was viewed, if it opened before hand-outs were recorded', async () => {
    const viewed = unseen({ viewedAt: NOW.toISOString() });
    const api = await upsellApi({ current: viewed, before: viewed, answer: { kind: 'pending' } });
    expect(await api.call('POST', '/accept', {})).toMatchObject({ status: 202 });
  });

  it('is the second half of a double click when the next offer has opened unseen', async () => {
    const api = await upsellApi({ current: unseen(), accepted });
    const { status, body } = await api.call('POST', '/accept', {});
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, presentation: { id: 'prs_a' } });
    expect(api.asked).toEqual([]);
  });

  it('means the next offer once that was handed out, however soon after the first acceptance', async () => {
    const next = aRecord({ id: 'prs_b' });
    const api = await upsellApi({ current: next, before: next, accepted, answer: { kind: 'pending' } });
    await api.call('POST', '/accept', {});
    expect(api.asked[0]?.[2]).toMatchObject({ presentationId: 'prs_b' });
  });

  it('is told that the offer has expired, when it has and nothing else is open', async () => {
    const lapsed = unseen({ expiresAt: NOW.toISOString() });
    const api = await upsellApi({ current: lapsed, before: lapsed, answer: { kind: 'gone' } });
    expect(await api.call('POST', '/accept', {})).toMatchObject({ status: 410 });
  });
});

describe('an acceptance that names a presentation', () => {
  it('needs no hand-out: whoever has the id has seen it', async () => {
    const named = unseen();
    const api = await upsellApi({ before: named, answer: { kind: 'pending' } });
    expect(await api.call('POST', '/accept', { presentationId: 'prs_b' })).toMatchObject({ status: 202 });
  });
});

describe('handing out', () => {
  it.each<[string, PresentationRecord, string[]]>([
    ['an open offer records it', unseen(), ['markHandedOut']],
    ['it again writes nothing', aRecord(), []],
  ])('%s', async (_, current, expected) => {
    const api = await upsellApi({ current });
    expect(await api.call('GET')).toMatchObject({ status: 200, body: { eligible: true } });
    expect(api.asked.map(([what]) => what)).toEqual(expected);
  });
});

describe('an offer that is shown besides what was asked for', () => {
  it('is handed out only if no page may still show another one', async () => {
    const purchaseId = 'pay_1';
    const lapsed = aRecord({ status: 'expired', decision: 'expired', purchaseId });
    const current = unseen({ purchaseId });
    const api = await upsellApi({ before: lapsed, current });
    expect(await api.call('GET', '', undefined, '/api/presentations/prs_1')).toMatchObject({
      status: 200,
      body: { next: { id: 'prs_b' } },
    });
    const acceptedSince = new Date(NOW.getTime() - 60_000).toISOString();
    expect(api.asked).toEqual([['markHandedOut', 'prs_b', { acceptedSince }]]);
  });
});

describe('no offer', () => {
  const settled = { status: 'settled' as const, reason: 'capped', presentations: [] };
  it.each<[string, Script, object]>([
    ['nothing is known of the customer yet', {}, { retry: true, because: 'nothing_known' }],
    [
      'a purchase is being looked at',
      { latest: { status: 'evaluating', presentations: [] } },
      { retry: true, because: 'pending' },
    ],
    [
      'everything was looked at',
      { latest: settled },
      { retry: false, because: 'nothing_for_customer', reason: 'capped' },
    ],
    [
      'an acceptance is being carried out',
      { current: aRecord({ status: 'charging' }), latest: { status: 'offering', presentations: [] } },
      { retry: true, because: 'under_way' },
    ],
    [
      'the customer has to pay in another way',
      { latest: { status: 'offering', presentations: [aRecord({ status: 'fallback' })] } },
      { retry: false, because: 'in_fallback' },
    ],
  ])('says whether to ask again when %s', async (_, script, expected) => {
    const api = await upsellApi(script);
    expect(await api.call('GET')).toEqual({ status: 200, body: { eligible: false, ...expected } });
  });
});
