import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PresentationPatch } from '../../src/ledger/index.js';
import type { PresentationStatus } from '../../src/model.js';
import { onBothDatabases } from './databases.js';
import { aPresentation, anAttempt, at, id } from './examples.js';

const IN_THE_WAY: PresentationStatus[] = ['open', 'accepted', 'charging', 'reconciling', 'requires_action'];
const PURCHASES = 20;

await onBothDatabases((ledger) => {
  it('puts one of fifty offers that come at once before a customer', async () => {
    const customerId = id('cus');
    const offers = Array.from({ length: 50 }, () => aPresentation({ customerId }));
    const opened = await Promise.all(
      offers.map((presentation) =>
        ledger().openPresentation({
          presentation,
          workflowId: `purchase/${presentation.purchaseId}`,
          at: at(0),
        }),
      ),
    );
    expect(opened.filter(Boolean)).toHaveLength(1);
    const winner = offers[opened.indexOf(true)];
    expect(await ledger().currentPresentation(customerId, at(0))).toMatchObject({ id: winner?.id });
  });

  it('answers true to everyone who opens the same presentation at once', async () => {
    const presentation = aPresentation();
    const opened = await Promise.all(
      Array.from({ length: 20 }, () =>
        ledger().openPresentation({ presentation, workflowId: 'w', at: at(0) }),
      ),
    );
    expect(opened.every(Boolean)).toBe(true);
  });

  it('lets one of many next steps follow a decision, although all of them carry it', async () => {
    const customerId = id('cus');
    const first = aPresentation({ customerId });
    await ledger().openPresentation({ presentation: first, workflowId: 'w', at: at(0) });
    const opened = await Promise.all(
      Array.from({ length: 20 }, () =>
        ledger().openPresentation({
          presentation: aPresentation({ customerId }),
          workflowId: 'w',
          at: at(2),
          previous: {
            presentationId: first.id,
            patch: { status: 'declined', decision: 'declined', decidedAt: at(1) },
            timeline: [],
          },
        }),
      ),
    );
    expect(opened.filter(Boolean)).toHaveLength(1);
    expect(await ledger().presentation(first.id)).toMatchObject({ status: 'declined' });
  });

  it(`keeps to one offer at a time whatever ${PURCHASES} runs of one customer do at once`, async () => {
    const purchase = fc.nat(PURCHASES - 1);
    const patch: fc.Arbitrary<PresentationPatch> = fc.constantFrom(
      { status: 'charging', decision: 'accepted', decidedAt: at(1) },
      { status: 'declined', decision: 'declined', decidedAt: at(1) },
      { status: 'expired', decision: 'expired', decidedAt: at(1) },
      { status: 'requires_action' },
      { status: 'reconciling' },
      { status: 'needs_review' },
      { status: 'fallback' },
      { status: 'failed' },
      { status: 'paid', paidAt: at(2) },
      { status: 'open' },
    );
    const operation = fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('open' as const), purchase }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('patch' as const), purchase, patch }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('attempt' as const), purchase, patch }) },
    );
    const atOnce = fc.array(fc.array(operation, { minLength: 1, maxLength: 8 }), {
      minLength: 1,
      maxLength: 8,
    });

    await fc.assert(
      fc.asyncProperty(atOnce, async (batches) => {
        const customerId = id('cus');
        const offers = Array.from({ length: PURCHASES }, () => aPresentation({ customerId }));
        const opened = new Set<string>();
        for (const batch of batches) {
          const before = await inTheWay(offers);
          const answers = await Promise.all(
            batch.map(async (step) => {
              const offer = offers[step.purchase] ?? aPresentation();
              if (step.kind === 'patch')
                return void (await ledger().updatePresentation(offer.id, step.patch));
              if (step.kind === 'attempt') {
                return void (await ledger().recordAttempt(
                  anAttempt(offer, { attemptId: id('att') }),
                  step.patch,
                  [],
                ));
              }
              const answer = await ledger().openPresentation({
                presentation: offer,
                workflowId: 'w',
                at: at(0),
              });
              return answer ? offer.id : undefined;
            }),
          );
          const after = await inTheWay(offers);
          expect(after.length).toBeLessThanOrEqual(1);
          // Whoever is in the way was told that it may be, then or earlier.
          answers.forEach((offerId) => offerId !== undefined && opened.add(offerId));
          after.forEach((offerId) => expect(opened).toContain(offerId));
          // With nobody in the way, one of those who only open gets in.
          if (before.length === 0 && batch.every(({ kind }) => kind === 'open')) {
            const fresh = batch.some(({ purchase }) => !opened.has(offers[purchase]?.id ?? ''));
            if (fresh) expect(after).toHaveLength(1);
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  async function inTheWay(offers: { id: string }[]): Promise<string[]> {
    const records = await Promise.all(offers.map(({ id: offerId }) => ledger().presentation(offerId)));
    return records.flatMap((record) => (record && IN_THE_WAY.includes(record.status) ? [record.id] : []));
  }
});
