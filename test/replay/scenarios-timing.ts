/** Scenarios of waits, save offers and requested plans, with the offers of `timing-offers.yaml`. */
import { fileURLToPath } from 'node:url';
import type { Offer } from '../../sandbox/demo/merchant-client.js';
import { workflowId } from '../../src/domain/ids.js';
import { payInstead, planChangeOf, type Scenario } from './scenario.js';
import type { RecordingSystem } from './recording-system.js';

export const TIMING_OFFERS = fileURLToPath(new URL('timing-offers.yaml', import.meta.url));

/** Buys something, sends a trigger, and returns the offer that follows. */
async function happens(
  { shop, buy }: RecordingSystem,
  productId: string,
  type: Parameters<RecordingSystem['shop']['trigger']>[0]['type'],
  wished?: string,
) {
  const bought = await buy(productId);
  const eventId = `${type}-${bought.payment_id}`;
  await shop.trigger({
    eventId,
    type,
    customerId: bought.customer_id,
    subscriptionId: bought.subscription_id ?? undefined,
    productId: wished,
  });
  return { bought, eventId, run: workflowId.trigger(eventId), offer: await shop.offer(eventId) };
}

const next = async ({ shop }: RecordingSystem, eventId: string, before: Offer): Promise<Offer> => {
  for (;;) {
    const offer = await shop.offer(eventId);
    if (offer.presentation.id !== before.presentation.id) return offer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

export const TIMING: Scenario[] = [
  {
    name: 'converted-by-pause',
    async play(system) {
      const { bought, eventId, run, offer } = await happens(system, 'prod_basic_plan', 'cancel_requested');
      await system.shop.accept(offer);
      await system.shop.settled(eventId);
      const { subscription_id } = bought;
      return {
        '': run,
        'save-subscription': planChangeOf(subscription_id),
        pause: workflowId.pause(subscription_id ?? ''),
      };
    },
  },
  {
    name: 'declined-after-waits',
    async play(system) {
      const { eventId, run, offer } = await happens(system, 'prod_setup_session', 'usage_milestone');
      await system.shop.decline(offer.presentation);
      await system.shop.decline((await next(system, eventId, offer)).presentation);
      await system.shop.settled(eventId);
      return { '': run };
    },
  },
  {
    name: 'converted-by-requested-plan-after-save-offer',
    async play(system) {
      const { eventId, run, offer, bought } = await happens(
        system,
        'prod_pro_plan',
        'downgrade_requested',
        'prod_basic_plan',
      );
      await system.shop.decline(offer.presentation);
      await system.shop.accept(await next(system, eventId, offer));
      await system.shop.settled(eventId);
      return { '': run, 'plan-change': planChangeOf(bought.subscription_id) };
    },
  },
  {
    name: 'converted-after-a-wait',
    async play(system) {
      const { eventId, run, offer } = await happens(system, 'prod_setup_session', 'usage_milestone');
      await system.shop.accept(offer);
      await system.shop.settled(eventId);
      return { '': run };
    },
  },
  {
    name: 'withdrawn-while-waiting',
    async play(system) {
      const { eventId, run, offer } = await happens(system, 'prod_setup_session', 'usage_milestone');
      await system.shop.decline(offer.presentation);
      await system.client.workflow.getHandle(run).cancel();
      await system.shop.settled(eventId);
      return { '': run };
    },
  },
  {
    name: 'declined-save-offer',
    async play(system) {
      const { eventId, run, offer } = await happens(system, 'prod_basic_plan', 'cancel_requested');
      await system.shop.decline(offer.presentation);
      await system.shop.settled(eventId);
      return { '': run };
    },
  },
  {
    name: 'converted-at-the-checkout-without-a-saved-method',
    async play(system) {
      const { shop, sandbox } = system;
      const bought = await system.buy('prod_setup_session');
      const unusable = { expiry_year: '2020' };
      await sandbox.control.updateMethod(bought.customer_id, bought.payment_method_id ?? '', unusable);
      const eventId = `limit-${bought.payment_id}`;
      await shop.trigger({ eventId, type: 'limit_approaching', customerId: bought.customer_id });
      const { body } = await shop.accept(await shop.offer(eventId));
      await payInstead(system, body.presentation ?? {});
      await shop.settled(eventId);
      return { '': workflowId.trigger(eventId) };
    },
  },
];
