/** Waits, save offers, and a plan that is asked for. With the offers of `timing-offers.yaml`. */
import { fileURLToPath } from 'node:url';
import type { Offer } from '../../sandbox/demo/merchant-client.js';
import { workflowId } from '../../src/domain/ids.js';
import { payInstead, planChangeOf, type Scenario } from './scenario.js';
import type { Stage } from './stage.js';

export const TIMING_OFFERS = fileURLToPath(new URL('timing-offers.yaml', import.meta.url));

/** Buys something, and something happens: the offer that follows from it. */
async function happens(
  { shop, buy }: Stage,
  productId: string,
  type: Parameters<Stage['shop']['trigger']>[0]['type'],
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

const next = async ({ shop }: Stage, eventId: string, before: Offer): Promise<Offer> => {
  for (;;) {
    const offer = await shop.offer(eventId);
    if (offer.presentation.id !== before.presentation.id) return offer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

export const TIMING: Scenario[] = [
  {
    name: 'converted-by-pause',
    async play(stage) {
      const { bought, eventId, run, offer } = await happens(stage, 'prod_basic_plan', 'cancel_requested');
      await stage.shop.accept(offer);
      await stage.shop.settled(eventId);
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
    async play(stage) {
      const { eventId, run, offer } = await happens(stage, 'prod_setup_session', 'usage_milestone');
      await stage.shop.decline(offer.presentation);
      await stage.shop.decline((await next(stage, eventId, offer)).presentation);
      await stage.shop.settled(eventId);
      return { '': run };
    },
  },
  {
    name: 'converted-by-requested-plan-after-save-offer',
    async play(stage) {
      const { eventId, run, offer, bought } = await happens(
        stage,
        'prod_pro_plan',
        'downgrade_requested',
        'prod_basic_plan',
      );
      await stage.shop.decline(offer.presentation);
      await stage.shop.accept(await next(stage, eventId, offer));
      await stage.shop.settled(eventId);
      return { '': run, 'plan-change': planChangeOf(bought.subscription_id) };
    },
  },
  {
    name: 'converted-after-a-wait',
    async play(stage) {
      const { eventId, run, offer } = await happens(stage, 'prod_setup_session', 'usage_milestone');
      await stage.shop.accept(offer);
      await stage.shop.settled(eventId);
      return { '': run };
    },
  },
  {
    name: 'withdrawn-while-waiting',
    async play(stage) {
      const { eventId, run, offer } = await happens(stage, 'prod_setup_session', 'usage_milestone');
      await stage.shop.decline(offer.presentation);
      await stage.client.workflow.getHandle(run).cancel();
      await stage.shop.settled(eventId);
      return { '': run };
    },
  },
  {
    name: 'declined-save-offer',
    async play(stage) {
      const { eventId, run, offer } = await happens(stage, 'prod_basic_plan', 'cancel_requested');
      await stage.shop.decline(offer.presentation);
      await stage.shop.settled(eventId);
      return { '': run };
    },
  },
  {
    name: 'converted-at-the-checkout-without-a-saved-method',
    async play(stage) {
      const { shop, sandbox } = stage;
      const bought = await stage.buy('prod_setup_session');
      const unusable = { recurring_enabled: false };
      await sandbox.control.updateMethod(bought.customer_id, bought.payment_method_id ?? '', unusable);
      const eventId = `limit-${bought.payment_id}`;
      await shop.trigger({ eventId, type: 'limit_approaching', customerId: bought.customer_id });
      const { body } = await shop.accept(await shop.offer(eventId));
      await payInstead(stage, body.presentation ?? {});
      await shop.settled(eventId);
      return { '': workflowId.trigger(eventId) };
    },
  },
];
