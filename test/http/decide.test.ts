import { describe, expect, it } from 'vitest';
import { PRESENTATION_STATUSES, type PresentationStatus } from '../../src/domain/words.js';
import type { DecisionReply } from '../../src/contract/messages.js';
import { accepted, declined, inFlight, presentation, problem } from '../../src/http/openapi/shapes.js';
import type { Answer } from '../../src/temporal/runs.js';
import { acceptResult } from '../../src/http/decision-result.js';
import { aRecord, scriptedApi, tokens, type Reply } from './scripted-api.js';

const done = (status: PresentationStatus, more: Partial<DecisionReply> = {}): Answer<DecisionReply> => ({
  kind: 'done',
  value: { presentationId: 'prs_1', status, decision: 'accepted', ...more },
});
const refused = (code: string, won?: 'accepted' | 'declined'): Answer<DecisionReply> => ({
  kind: 'refused',
  code,
  message: 'The run says why.',
  won,
});

/** The status of an answer, the code of a problem, and the status of the presentation in it. */
function gist({ status, body }: Reply) {
  const { code, presentation: shown } = body as { code?: string; presentation?: { status: string } };
  return [status, code, shown?.status];
}

describe('accepting', () => {
  const answers: Record<PresentationStatus, [number, string | undefined]> = {
    open: [409, 'price_changed'],
    accepted: [202, undefined],
    charging: [202, undefined],
    reconciling: [202, undefined],
    needs_review: [202, undefined],
    requires_action: [202, undefined],
    fallback: [402, 'payment_failed'],
    scheduled: [200, undefined],
    paid: [200, undefined],
    declined: [409, 'already_decided'],
    expired: [410, 'presentation_expired'],
    withdrawn: [410, 'presentation_withdrawn'],
    failed: [402, 'payment_failed'],
  };

  it.each(PRESENTATION_STATUSES)(
    'answers a run that says %s, also when the ledger lags behind',
    async (status) => {
      const { post } = await scriptedApi({ answer: done(status) });
      expect(gist(await post('prs_1/accept'))).toEqual([...answers[status], status]);
    },
  );

  it.each(
    PRESENTATION_STATUSES.filter((status) => !['open', 'accepted', 'charging', 'fallback'].includes(status)),
  )('does not ask the run about a presentation that is %s', async (status) => {
    const { post, asked } = await scriptedApi({ before: aRecord({ status }) });
    expect(gist(await post('prs_1/accept'))).toEqual([...answers[status], status]);
    expect(asked).toEqual([]);
  });

  it('answers a payment with its session and nothing that the OpenAPI document does not describe', async () => {
    const after = aRecord({ status: 'paid', sessionId: 'cks_1', paidAmount: 4900 });
    const { post } = await scriptedApi({ after, answer: done('paid') });
    const { body } = await post('prs_1/accept');
    expect(body).toEqual(accepted.parse(body));
    expect(body).toMatchObject({ success: true, sessionId: 'cks_1', presentation: { paidAmount: 4900 } });
  });

  it('answers a failed payment with the other ways to pay', async () => {
    const after = aRecord({ status: 'fallback', checkoutUrl: 'https://pay.example/1', message: 'Declined.' });
    const { post } = await scriptedApi({ after, answer: done('fallback') });
    const { body } = await post('prs_1/accept');
    expect(body).toEqual(problem.parse(body));
    expect(body).toMatchObject({
      detail: 'Declined.',
      checkoutUrl: 'https://pay.example/1',
      updatePaymentMethodUrl: null,
    });
  });

  it('leaves the click with Temporal when no worker answers, and says where to ask again', async () => {
    const { post, asked } = await scriptedApi({ answer: { kind: 'unanswered' } });
    const reply = await post('prs_1/accept', { consents: ['terms'] });
    expect(gist(reply)).toEqual([202, undefined, 'accepted']);
    expect(reply.headers.get('location')).toBe('/api/presentations/prs_1');
    expect(reply.headers.get('retry-after')).toBe('2');
    expect(reply.body).toEqual(inFlight.parse(reply.body));
    expect(asked.map(([what, run]) => [what, run])).toEqual([
      ['accept', 'purchase/pay_1'],
      ['leaveAcceptance', 'purchase/pay_1'],
    ]);
    expect(asked[1]?.[2]).toEqual(asked[0]?.[2]);
  });

  it.each([
    ['price_changed', refused('price_changed'), 'open', [409, 'price_changed', 'open']],
    [
      'price_changed while an earlier acceptance is under way',
      refused('price_changed'),
      'charging',
      [202, undefined, 'charging'],
    ],
    [
      'presentation_expired',
      refused('presentation_expired'),
      'open',
      [410, 'presentation_expired', 'expired'],
    ],
    [
      'presentation_withdrawn',
      refused('presentation_withdrawn'),
      'open',
      [410, 'presentation_withdrawn', 'withdrawn'],
    ],
    [
      'already_decided in favour of a decline',
      refused('already_decided', 'declined'),
      'open',
      [409, 'already_decided', 'declined'],
    ],
    [
      'already_decided in favour of another acceptance',
      refused('already_decided', 'accepted'),
      'charging',
      [409, 'already_decided', 'charging'],
    ],
    ['nothing yet', { kind: 'pending' }, 'open', [202, undefined, 'accepted']],
    [
      'nothing any more, because it was terminated',
      { kind: 'gone' },
      'open',
      [410, 'presentation_expired', 'expired'],
    ],
    ['nothing any more, because it has settled', { kind: 'gone' }, 'paid', [200, undefined, 'paid']],
  ] as const)('answers a run that says %s', async (_, answer, status, expected) => {
    const { post } = await scriptedApi({ after: aRecord({ status }), answer });
    expect(gist(await post('prs_1/accept'))).toEqual(expected);
  });

  it('passes on why the run cannot use the request', async () => {
    const { post } = await scriptedApi({ answer: refused('invalid_body') });
    const reply = await post('prs_1/accept');
    expect(gist(reply)).toEqual([400, 'invalid_body', undefined]);
    expect(reply.body.detail).toBe('The run says why.');
  });

  it('answers for a presentation its run does not know as for one that does not exist', async () => {
    const { post } = await scriptedApi({ answer: refused('presentation_not_found') });
    const unknown = await post('prs_1/accept');
    expect(unknown.status).toBe(404);
    expect(unknown.text).toBe((await post('prs_2/accept')).text);
  });

  it('tells the second of two different choices that the first one stands', async () => {
    const before = aRecord({
      status: 'charging',
      decision: 'accepted',
      choices: { quantity: { min: 1, max: 5 } },
    });
    const { post, asked } = await scriptedApi({ before });
    expect(gist(await post('prs_1/accept', { quantity: 2 }))).toEqual([409, 'already_decided', 'charging']);
    expect(asked).toEqual([]);
  });

  it('makes clicks on one price the same update', async () => {
    const { post, asked } = await scriptedApi({ answer: { kind: 'pending' } });
    await post('prs_1/accept');
    await post('prs_1/accept', { priceHash: 'sha256:a' });
    const updateIds = asked.map(([, , , options]) => (options as { updateId: string }).updateId);
    expect(updateIds).toEqual(['accept:prs_1:sha256:a', 'accept:prs_1:sha256:a']);
  });

  it('asks again when the run repeats what it refused before', async () => {
    const earlier = { ...refused('price_changed'), at: '2026-11-22T11:00:00.000Z' } as Answer<DecisionReply>;
    const { post, asked } = await scriptedApi({ answers: [earlier, done('paid')] });
    expect(gist(await post('prs_1/accept'))).toEqual([200, undefined, 'paid']);
    const updateIds = asked.map(([, , , options]) => (options as { updateId: string }).updateId);
    expect(updateIds).toEqual(['accept:prs_1:sha256:a', expect.stringMatching(/^again:/)]);
  });

  it('does not ask again when this very click was refused', async () => {
    const later = { ...refused('price_changed'), at: '2026-11-22T12:00:01.000Z' } as Answer<DecisionReply>;
    const { post, asked } = await scriptedApi({ answers: [later] });
    expect(gist(await post('prs_1/accept'))).toEqual([409, 'price_changed', 'open']);
    expect(asked).toHaveLength(1);
  });

  it('makes every click after a fallback an update of its own', async () => {
    const before = aRecord({ status: 'fallback', decision: 'accepted' });
    const { post, asked } = await scriptedApi({ before, answer: done('fallback') });
    await post('prs_1/accept');
    await post('prs_1/accept');
    const [one, two] = asked.map(([, , , options]) => (options as { updateId: string }).updateId);
    expect(one).toMatch(/^retry:/);
    expect(two).not.toBe(one);
  });
});

describe('declining', () => {
  const next = aRecord({ id: 'prs_2', offerId: 'pro-lite' });
  const answered = (answer: Answer<DecisionReply>) => ({
    after: aRecord({ status: 'declined' }),
    others: [next],
    answer,
  });

  it('answers with the offer that follows, and its token, to a token too', async () => {
    const { post } = await scriptedApi(answered(done('declined', { nextPresentationId: 'prs_2' })));
    const credential = await tokens.issue(tokenInput());
    const { status, body } = await post('prs_1/decline', {}, { credential });
    expect(status).toBe(200);
    expect(body).toEqual(declined.parse(body));
    const { id, token } = presentation.parse(body.next);
    expect(id).toBe('prs_2');
    expect(await tokens.verify(token ?? '')).toMatchObject({ ok: true, claims: { presentationId: 'prs_2' } });
  });

  it('finds the offer that followed when it is repeated', async () => {
    const before = aRecord({ status: 'declined' });
    const { post, asked } = await scriptedApi({ before, current: next });
    expect((await post('prs_1/decline')).body).toMatchObject({ success: true, next: { id: 'prs_2' } });
    expect(asked).toEqual([]);
  });

  it('does not take an offer of another run for the one that followed', async () => {
    const before = aRecord({ status: 'declined' });
    const { post } = await scriptedApi({ before, current: { ...next, purchaseId: 'pay_2' } });
    expect((await post('prs_1/decline')).body).toEqual({ success: true });
  });

  it('counts as declined while the run works on it', async () => {
    const { post } = await scriptedApi({ answer: { kind: 'pending' } });
    expect(await post('prs_1/decline')).toMatchObject({ status: 200, body: { success: true } });
  });

  it('leaves the click with Temporal when no worker answers, without saying who was first', async () => {
    const { post, asked } = await scriptedApi({ answer: { kind: 'unanswered' } });
    const reply = await post('prs_1/decline');
    expect(gist(reply)).toEqual([202, undefined, 'open']);
    expect(reply.body).toEqual(inFlight.parse(reply.body));
    expect(asked.map(([what]) => what)).toEqual(['decline', 'leaveDecline']);
  });

  it.each([
    ['paid', [409, 'already_decided', 'paid']],
    ['expired', [410, 'presentation_expired', 'expired']],
    ['withdrawn', [410, 'presentation_withdrawn', 'withdrawn']],
  ] as const)('is refused when the presentation is %s', async (status, expected) => {
    const { post } = await scriptedApi({ before: aRecord({ status }) });
    expect(gist(await post('prs_1/decline'))).toEqual(expected);
  });
});

it('a quote is refused once the window has ended, even if no worker has recorded it', async () => {
  const { post } = await scriptedApi({ before: aRecord({ expiresAt: '2026-11-22T11:59:59.000Z' }) });
  expect(gist(await post('prs_1/quote'))).toEqual([410, 'presentation_expired', 'expired']);
});

function tokenInput() {
  const { id, customerId, price, expiresAt } = aRecord();
  return { presentationId: id, customerId, priceHash: price.hash, expiresAt };
}

describe('an offer that was opened again because Dodo could not be reached', () => {
  it('is refused to the click that was not sent, with what happened and not with another price', () => {
    const message = 'The payment provider could not be reached in time, so nothing was charged.';
    expect(acceptResult(aRecord({ status: 'open', message }))).toMatchObject({
      kind: 'refused',
      code: 'price_changed',
      detail: message,
    });
    expect(acceptResult(aRecord({ status: 'open' }))).toMatchObject({
      detail: expect.stringContaining('The price has changed') as string,
    });
  });
});
