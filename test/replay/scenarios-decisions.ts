/** Scenarios of decisions by customers and operators. */
import type { Client } from '@temporalio/client';
import { eventually } from '../support/eventually.js';
import { acceptOffer, declineOffer, runState } from '../../src/contract/messages.js';
import { workflowId } from '../../src/domain/ids.js';
import { RECORDED_CUSTOMER } from './recorded-customer.js';
import { declining, type Scenario } from './scenario.js';

export const DECISIONS: Scenario[] = [
  {
    name: 'converted-registered-and-viewed',
    async play({ shop }) {
      const { purchaseId } = await shop.buy('prod_starter_course', {
        email: `registered.${RECORDED_CUSTOMER.email}`,
        card: RECORDED_CUSTOMER.cards.good,
      });
      const offer = await shop.offer(purchaseId);
      await shop.view(offer.presentation);
      await shop.accept(offer);
      await shop.settled(purchaseId);
      return { '': workflowId.purchase(purchaseId) };
    },
  },
  {
    name: 'converted-by-signal',
    async play({ shop, client, buy }) {
      const bought = await buy('prod_starter_course');
      await signalWhenOffering(client, bought.workflowId, acceptOffer);
      await shop.settled(bought.purchaseId);
      return { '': bought.workflowId };
    },
  },
  {
    name: 'converted-by-downsell',
    play: async (system) => ({ '': (await declining(system, 'prod_starter_course', 'accept')).workflowId }),
  },
  {
    name: 'declined-twice',
    play: async (system) => ({ '': (await declining(system, 'prod_starter_course', 'decline')).workflowId }),
  },
  {
    name: 'ineligible-after-decline',
    async play(system) {
      const { shop, buy } = system;
      const first = await declining(system, 'prod_starter_course', 'decline');
      const second = await buy('prod_starter_course', 'good', first.customer_id);
      await shop.settled(second.purchaseId);
      return { '': second.workflowId };
    },
  },
  {
    name: 'expired',
    async play({ shop, buy }) {
      const bought = await buy('prod_single_license');
      await shop.settled(bought.purchaseId);
      return { '': bought.workflowId };
    },
  },
  {
    name: 'declined-then-expired',
    async play({ shop, buy }) {
      const bought = await buy('prod_single_license');
      await shop.decline((await shop.offer(bought.purchaseId)).presentation);
      await shop.settled(bought.purchaseId);
      return { '': bought.workflowId };
    },
  },
  {
    name: 'converted-by-two-clicks',
    async play({ shop, buy }) {
      const bought = await buy('prod_starter_course');
      const offer = await shop.offer(bought.purchaseId);
      await Promise.all([shop.accept(offer), shop.accept(offer)]);
      await shop.settled(bought.purchaseId);
      return { '': bought.workflowId };
    },
  },
  {
    name: 'ineligible-because-it-is-owned',
    async play({ shop, buy }) {
      const first = await buy('prod_starter_course');
      await shop.accept(await shop.offer(first.purchaseId));
      await shop.settled(first.purchaseId);
      const second = await buy('prod_starter_course', 'good', first.customer_id);
      await shop.settled(second.purchaseId);
      return { '': second.workflowId };
    },
  },
  {
    name: 'withdrawn-after-extension',
    async play({ shop, buy }) {
      const bought = await buy('prod_starter_course');
      const { presentation } = await shop.offer(bought.purchaseId);
      const until = new Date(Date.parse(presentation.expiresAt) + 60_000).toISOString();
      await shop.command('extend', presentation.id, {
        until,
        reason: 'the customer asked for a minute more',
      });
      await shop.command('withdraw', presentation.id, { reason: 'sold out' });
      await shop.settled(bought.purchaseId);
      return { '': bought.workflowId };
    },
  },
  {
    name: 'declined-by-signal',
    async play({ shop, client, buy }) {
      const bought = await buy('prod_team_license');
      await signalWhenOffering(client, bought.workflowId, declineOffer);
      await shop.settled(bought.purchaseId);
      return { '': bought.workflowId };
    },
  },
  {
    name: 'withdrawn-by-cancelling-the-run',
    async play({ shop, client, buy }) {
      const bought = await buy('prod_starter_course');
      await shop.offer(bought.purchaseId);
      await client.workflow.getHandle(bought.workflowId).cancel();
      await shop.settled(bought.purchaseId);
      return { '': bought.workflowId };
    },
  },
];

/** Sends a decision by signal, as an app backend does that speaks only to Temporal. */
async function signalWhenOffering(
  client: Client,
  run: string,
  signal: typeof acceptOffer | typeof declineOffer,
): Promise<void> {
  const handle = client.workflow.getHandle(run);
  await eventually(`${run} is offering`, async () =>
    // There is no run to query before its webhook has come.
    (await handle.query(runState).catch(() => undefined))?.state === 'offering' ? true : undefined,
  );
  await handle.signal(signal);
}
