import { expect, it } from 'vitest';
import type { Exposure, ExposureCount } from '../../src/ledger/index.js';
import type { Presentation } from '../../src/domain/presentation.js';
import { onBothDatabases } from './databases.js';
import { aPresentation, aPurchase, at, id } from './examples.js';

const ARMS = [
  { id: 'control', weight: 1 },
  { id: 'annual', weight: 1 },
];

await onBothDatabases((ledger) => {
  const anExposure = (fields: Partial<Exposure> = {}): Exposure => ({
    experiment: id('exp'),
    customerId: id('cus'),
    variant: 'control',
    arms: ARMS,
    purchaseId: id('pay'),
    catalogHash: 'sha256:1',
    exposedAt: at(0),
    ...fields,
  });

  /** Shows a customer the offer of an arm. */
  async function show(exposure: Exposure, fields: Partial<Presentation> = {}): Promise<Presentation> {
    const { customerId, purchaseId, variant, experiment } = exposure;
    const presentation = aPresentation({ customerId, purchaseId, variant, ...fields });
    const open = { presentation, experiment, workflowId: 'w', at: at(0), exposures: [exposure] };
    expect(await ledger().openPresentation(open)).toMatchObject({ opened: true });
    return presentation;
  }

  const pay = (presentation: Presentation, paidAmount: number, refundedAmount = 0) =>
    ledger().updatePresentation(presentation.id, {
      status: 'paid',
      decision: 'accepted',
      decidedAt: at(1),
      paidAmount,
      paidAt: at(1),
      refundedAmount,
    });

  async function reportOf(experiment: string): Promise<ExposureCount[]> {
    return (await ledger().experimentReport()).filter((row) => row.experiment === experiment);
  }

  it('writes an exposure together with its presentation', async () => {
    const exposure = anExposure();
    const shown = await show(exposure);
    expect(await ledger().exposuresOf(exposure.customerId)).toEqual({ [exposure.experiment]: 'control' });
    expect(await ledger().presentation(shown.id)).toMatchObject({
      experiment: exposure.experiment,
      variant: 'control',
    });
    expect(await ledger().exposuresOf(id('cus'))).toEqual({});
  });

  it('writes none when another offer blocks the presentation', async () => {
    const { customerId } = await show(anExposure());
    const exposure = anExposure({ customerId });
    const presentation = aPresentation({ customerId });
    const open = { presentation, workflowId: 'w', at: at(1), exposures: [exposure] };
    expect(await ledger().openPresentation(open)).toMatchObject({ opened: false });
    expect(await ledger().exposuresOf(customerId)).not.toHaveProperty(exposure.experiment);
  });

  it('keeps the first arm, opens nothing under another one, and ignores an arm that no longer exists', async () => {
    const first = anExposure({ variant: 'annual' });
    const shown = await show(first);
    await ledger().updatePresentation(shown.id, {
      status: 'declined',
      decision: 'declined',
      decidedAt: at(1),
    });

    const { customerId } = first;
    const presentation = aPresentation({ customerId });
    const open = { presentation, workflowId: 'w', at: at(2) };
    await expect(
      ledger().openPresentation({ ...open, exposures: [{ ...first, variant: 'control' }] }),
    ).rejects.toThrow(/just assigned arm annual .*, not control/);
    expect(await ledger().presentation(presentation.id)).toBeUndefined();

    const remaining = [{ id: 'control', weight: 1 }];
    const anew = { ...first, variant: 'control', arms: remaining };
    expect(await ledger().openPresentation({ ...open, exposures: [anew] })).toMatchObject({ opened: true });
    expect(await ledger().exposuresOf(customerId)).toEqual({ [first.experiment]: 'annual' });
  });

  it('gives a customer one arm even when many of their runs end at once', async () => {
    const customerId = id('cus');
    const experiment = id('exp');
    const ended = await Promise.allSettled(
      Array.from({ length: 20 }, async (_, n) => {
        const { purchaseId } = aPurchase({ customerId });
        const variant = n % 2 ? 'control' : 'annual';
        const exposures = [anExposure({ experiment, customerId, purchaseId, variant })];
        await ledger().recordPurchase(aPurchase({ purchaseId, customerId }), 'evaluating');
        await ledger().settle({
          purchaseId,
          outcome: 'ineligible',
          reason: 'holdout',
          at: at(1),
          exposures,
          timeline: [],
        });
        return variant;
      }),
    );
    const arms = ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(arms).toHaveLength(10);
    expect(new Set(arms)).toEqual(new Set(Object.values(await ledger().exposuresOf(customerId))));
  });

  it("counts, per customer and net of refunds, the arm's offer and those that followed it in its run", async () => {
    const experiment = id('exp');
    const paying = anExposure({ experiment, exposedAt: at(2) });
    const first = await show(paying);
    await pay(first, 3000, 1000);
    await show(paying, { step: 'second', variant: undefined }).then((second) => pay(second, 500));
    // Another run, whose offer does not belong to this experiment.
    await ledger()
      .openPresentation({
        presentation: aPresentation({ id: 'prs_other', customerId: paying.customerId }),
        workflowId: 'w',
        at: at(9),
      })
      .then(() => pay(aPresentation({ id: 'prs_other' }), 7000));
    await pay(await show(anExposure({ experiment, exposedAt: at(1) })), 1000);
    await show(anExposure({ experiment, exposedAt: at(3) }));
    await show(anExposure({ experiment, variant: 'annual' }));
    const moved = [
      { id: 'control', weight: 9 },
      { id: 'annual', weight: 1 },
    ];
    await show(anExposure({ experiment, arms: moved, exposedAt: at(5) }));

    const rows = await reportOf(experiment);
    expect(rows).toHaveLength(3);
    expect(rows).toContainEqual({
      experiment,
      arms: ARMS,
      variant: 'control',
      exposed: 3,
      firstExposedAt: at(1),
      lastExposedAt: at(3),
      accepted: 2,
      paid: 2,
      declined: 0,
      refunded: 1,
      disputed: 0,
      firstRefunded: 0,
      net: { USD: { sum: 3500, squares: 2500 ** 2 + 1000 ** 2 } },
    });
    expect(rows).toContainEqual(
      expect.objectContaining({ variant: 'annual', arms: ARMS, exposed: 1, accepted: 0, paid: 0, net: {} }),
    );
    expect(rows).toContainEqual(expect.objectContaining({ variant: 'control', arms: moved, exposed: 1 }));
  });

  it('counts what must not get worse: declines, refunds, disputes, refunds of the first purchase', async () => {
    const experiment = id('exp');
    const disputed = anExposure({ experiment });
    const offer = await show(disputed);
    await pay(offer, 3000);
    const dispute = { presentationId: offer.id, id: id('dsp') };
    await ledger().updatePresentation(offer.id, {}, [{ at: at(3), type: 'dispute_opened', detail: dispute }]);
    const declined = anExposure({ experiment });
    await ledger().updatePresentation((await show(declined)).id, {
      status: 'declined',
      decision: 'declined',
      decidedAt: at(1),
    });
    await ledger().note(declined.purchaseId, [
      { at: at(4), type: 'refund_succeeded', detail: { id: id('ref'), amount: 1900 } },
    ]);
    expect(await reportOf(experiment)).toMatchObject([
      { exposed: 2, declined: 1, refunded: 0, disputed: 1, firstRefunded: 1 },
    ]);
  });

  it('counts every offer since the exposure for a holdout, and none before', async () => {
    const funnel = id('funnel');
    const experiment = `${funnel}.holdout`;
    const customerId = id('cus');
    const before = aPresentation({ customerId });
    await ledger().openPresentation({ presentation: before, workflowId: 'w', at: at(-10) });
    await pay(before, 9000);
    const held = anExposure({ experiment, customerId, variant: 'holdout' });
    await ledger().recordPurchase(aPurchase({ purchaseId: held.purchaseId, customerId }), 'evaluating');
    const end = { purchaseId: held.purchaseId, outcome: 'ineligible', reason: 'holdout', at: at(0) } as const;
    await ledger().settle({ ...end, exposures: [held], timeline: [] });
    const later = aPresentation({ customerId });
    await ledger().openPresentation({ presentation: later, workflowId: 'w', at: at(10) });
    await pay(later, 400);
    expect(await reportOf(experiment)).toMatchObject([
      { variant: 'holdout', exposed: 1, paid: 1, net: { USD: { sum: 400, squares: 160_000 } } },
    ]);
  });
});
