/** What a customer's browser is shown of a presentation, and what only a backend is. */
import { expect, it } from 'vitest';
import { aRecord, BACKEND, scriptedApp, tokens } from './scripted-api.js';
import { serve } from './serve.js';

const method = { id: 'pm_1', type: 'card', network: 'visa', last4: '4242', expiry: '06/32' };
const { id: _, ...summary } = method;

async function shown(status: 'open' | 'paid' | 'declined') {
  const record = aRecord({ status, payment: { mode: 'one_click', method } });
  const url = await serve(scriptedApp({ before: record }, []));
  const token = await tokens.issue({
    presentationId: record.id,
    customerId: record.customerId,
    priceHash: record.price.hash,
    expiresAt: record.expiresAt,
  });
  const read = async (credential: string) => {
    const response = await fetch(`${url}/api/presentations/${record.id}`, {
      headers: { Authorization: `Bearer ${credential}` },
    });
    return (await response.json()) as Record<string, unknown>;
  };
  return { toBrowser: await read(token), toBackend: await read(BACKEND) };
}

it.each(['open', 'paid'] as const)(
  'a browser sees which card is charged, and not its id: %s',
  async (status) => {
    const { toBrowser, toBackend } = await shown(status);
    expect(toBrowser.payment).toEqual({ mode: 'one_click', method: summary });
    expect(toBrowser).not.toHaveProperty('token');
    expect(toBackend.payment).toEqual({ mode: 'one_click', method });
  },
);

it('a browser sees no card of an offer that has ended without a payment; a backend does', async () => {
  const { toBrowser, toBackend } = await shown('declined');
  expect(toBrowser.payment).toEqual({ mode: 'one_click' });
  expect(toBackend.payment).toEqual({ mode: 'one_click', method });
});
