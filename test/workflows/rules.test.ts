import { expect, it } from 'vitest';
import { againstAccept } from '../../workflows/presentations/rules.js';
import type { ActivePresentation } from '../../workflows/presentations/active.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');

function anOffer(over: Partial<ActivePresentation> = {}): ActivePresentation {
  return {
    presentationId: 'prs_1',
    step: 'pro',
    offerId: 'pro',
    customerId: 'cus_1',
    productId: 'prod_pro',
    quantity: 1,
    mode: 'one_click',
    currency: 'USD',
    dueNow: 4900,
    priceHash: 'sha256:a',
    windowMs: 60_000,
    expiresAt: NOW + 60_000,
    status: 'open',
    answered: false,
    ...over,
  };
}
const accept = (presentation: ActivePresentation, consents?: string[]) =>
  againstAccept(presentation, { consents }, NOW, () => false);

it('refuses an acceptance without a required consent, however it comes', () => {
  const offer = anOffer({ requiredConsents: ['terms', 'start_now'] });
  expect(accept(offer)).toMatchObject({ code: 'consent_required' });
  expect(accept(offer, ['terms'])).toMatchObject({
    code: 'consent_required',
    message: 'The offer can only be accepted with these consents: start_now.',
  });
  expect(accept(offer, ['start_now', 'terms', 'more'])).toBeUndefined();
  expect(accept(anOffer())).toBeUndefined();
});

it('answers a second click like the first, whatever it names', () => {
  const decision = { kind: 'accepted' as const, at: new Date(NOW).toISOString() };
  expect(accept(anOffer({ requiredConsents: ['terms'], decision }))).toBeUndefined();
});
