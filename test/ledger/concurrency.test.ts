import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PresentationPatch } from '../../src/domain/presentation.js';
import type { Limits } from '../../src/domain/limits.js';
import type { PresentationStatus } from '../../src/domain/words.js';
import { onBothDatabases } from './databases.js';
import { aPresentation, anAttempt, at, id } from './examples.js';

const IN_THE_WAY: PresentationStatus[] = ['open', 'accepted', 'charging', 'reconciling', 'requires_action'];
const PURCHASES = 20;

await onBothDatabases((ledger) => {
  it('opens one of fifty simultaneous offers for a customer', async () => {
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
    expect(opened.filter((one) => one.opened)).toHaveLength(1);
    const winner = offers[opened.findIndex((one) => one.opened)];
    expect(await ledger().currentPresentation(customerId, at(0))).toMatchObject({ id: winner?.id });
  });

  it('reports success to every caller that opens the same presentation at once', async () => {
    const presentation = aPresentation();
    const opened = await Promise.all(
      Array.from({ length: 20 }, () =>
        ledger().openPresentation({ presentation, workflowId: 'w', at: at(0) }),
      ),
    );
    expect(opened.every((one) => one.opened)).toBe(true);
  });

  it('opens one of many next steps, although each of them carries the decision', async () => {
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
    expect(opened.filter((one) => one.opened)).toHaveLength(1);
    expect(await ledger().presentation(first.id)).toMatchObject({ status: 'declined' });
  });

  it(`keeps one offer open at a time whatever ${PURCHASES} simultaneous runs of one customer do`, async () => {
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
              return answer.opened ? offer.id : undefined;
            }),
          );
          const after = await inTheWay(offers);
          expect(after.length).toBeLessThanOrEqual(1);
          // A blocking presentation was reported as opened, now or earlier.
          answers.forEach((offerId) => offerId !== undefined && opened.add(offerId));
          after.forEach((offerId) => expect(opened).toContain(offerId));
          // Without a blocking one, one of the openings succeeds.
          if (before.length === 0 && batch.every(({ kind }) => kind === 'open')) {
            const fresh = batch.some(({ purchase }) => !opened.has(offers[purchase]?.id ?? ''));
            if (fresh) expect(after).toHaveLength(1);
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  it('never exceeds a cap, a cooldown or redemptions under concurrency', async () => {
    const limited = fc.record(
      {
        cap: fc.record({ times: fc.integer({ min: 1, max: 3 }) }),
        redemptions: fc.integer({ min: 1, max: 4 }),
        policy: fc.record({ cap: fc.record({ times: fc.integer({ min: 1, max: 4 }) }) }),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(limited, fc.integer({ min: 1, max: 3 }), async (limits: Limits, customers) => {
        const offerId = id('offer');
        const ids = Array.from({ length: customers }, () => id('cus'));
        const shown = new Map(ids.map((one) => [one, 0]));
        let sold = 0;
        // Bought offers stay redeemed; declined ones free their place.
        for (const [round, ending] of (['paid', 'declined', 'paid', 'paid', 'declined'] as const).entries()) {
          const offers = ids.flatMap((customerId) =>
            Array.from({ length: 4 }, () => aPresentation({ customerId, offerId })),
          );
          const answers = await Promise.all(
            offers.map((presentation) =>
              ledger().openPresentation({
                presentation,
                workflowId: `purchase/${presentation.purchaseId}`,
                at: at(round),
                limits,
              }),
            ),
          );
          const opened = offers.filter((_, index) => answers[index]?.opened);
          expect(opened.length + sold).toBeLessThanOrEqual(limits.redemptions ?? Infinity);
          for (const { customerId } of opened) shown.set(customerId, (shown.get(customerId) ?? 0) + 1);
          const most = Math.min(limits.cap?.times ?? Infinity, limits.policy?.cap?.times ?? Infinity);
          // Neither more nor fewer than allowed.
          const free = ids.filter((one) => (shown.get(one) ?? 0) < most).length;
          for (const times of shown.values()) expect(times).toBeLessThanOrEqual(most);
          if (opened.length === 0 && free > 0) expect(sold).toBe(limits.redemptions);
          for (const { id: opening } of opened) {
            const patch: PresentationPatch =
              ending === 'paid'
                ? { status: 'paid', decision: 'accepted' }
                : { status: ending, decision: ending };
            await ledger().updatePresentation(opening, patch);
          }
          if (ending === 'paid') sold += opened.length;
        }
      }),
      { numRuns: 12 },
    );
  });

  it('sells the last one to one of thirty customers, and to another when that customer declines', async () => {
    const offerId = id('offer');
    const limits = { redemptions: 1 };
    const open = (presentation = aPresentation({ offerId })) =>
      ledger().openPresentation({ presentation, workflowId: presentation.purchaseId, at: at(0), limits });
    const offers = Array.from({ length: 30 }, () => aPresentation({ offerId }));
    const answers = await Promise.all(offers.map(open));
    const winners = offers.filter((_, index) => answers[index]?.opened);
    expect(winners).toHaveLength(1);
    expect(answers.find((one) => !one.opened)).toEqual({
      opened: false,
      reason: 'capped',
      detail: 'sold or reserved 1 times, of 1',
    });
    expect((await open(winners[0])).opened).toBe(true);
    await ledger().updatePresentation(winners[0]?.id ?? '', { status: 'declined', decision: 'declined' });
    expect((await open()).opened).toBe(true);
  });

  async function inTheWay(offers: { id: string }[]): Promise<string[]> {
    const records = await Promise.all(offers.map(({ id: offerId }) => ledger().presentation(offerId)));
    return records.flatMap((record) => (record && IN_THE_WAY.includes(record.status) ? [record.id] : []));
  }
});
