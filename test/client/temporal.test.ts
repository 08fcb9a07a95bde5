/** Decisions by signal: they reach the run that carries the presentation, in the form that it understands. */
import type { Client } from '@temporalio/client';
import { expect, expectTypeOf, it } from 'vitest';
import { signalAccept, signalDecline, type TemporalClient } from '../../packages/client/src/index.js';
import { acceptOffer, declineOffer, type AcceptSignal } from '../../src/contract/messages.js';
import { workflowId } from '../../src/domain/ids.js';

function recording() {
  const sent: [workflowId: string, name: string, argument: unknown][] = [];
  const client: TemporalClient = {
    workflow: {
      getHandle: (id) => ({
        signal: async (name, argument) => {
          sent.push([id, name, argument]);
        },
      }),
    },
  };
  return { client, sent };
}

const at = new Date('2026-11-22T12:00:00.000Z');
const decision = { purchaseId: 'pay_1', presentationId: 'prs_1', at };

it('takes the client of the SDK', () => {
  expectTypeOf<Client>().toExtend<TemporalClient>();
});

it('accepts what the customer chose, at the price that was seen', async () => {
  const { client, sent } = recording();
  await signalAccept(client, { ...decision, priceHash: 'h' });
  await signalAccept(client, {
    ...decision,
    purchaseId: 'event-1',
    isTrigger: true,
    priceHash: 'h2',
    option: 'seats',
    quantity: 4,
    dueNow: 4000,
    consents: ['terms'],
  });
  const shown: AcceptSignal = { presentationId: 'prs_1', at: at.toISOString(), priceHash: 'h' };
  const choice = { option: 'seats', quantity: 4, dueNow: 4000, consents: ['terms'] };
  const chosen: AcceptSignal = { ...shown, priceHash: 'h2', ...choice };
  expect(sent).toEqual([
    [workflowId.purchase('pay_1'), acceptOffer.name, shown],
    [workflowId.trigger('event-1'), acceptOffer.name, chosen],
  ]);
});

it('declines, and passes on that the run has ended', async () => {
  const { client, sent } = recording();
  await signalDecline(client, decision);
  expect(sent).toEqual([
    [workflowId.purchase('pay_1'), declineOffer.name, { presentationId: 'prs_1', at: at.toISOString() }],
  ]);
  const ended: TemporalClient = {
    workflow: { getHandle: () => ({ signal: () => Promise.reject(new Error('The run has ended.')) }) },
  };
  await expect(signalDecline(ended, decision)).rejects.toThrow('The run has ended.');
});
