/** Counts the requests to Dodo that a customer's way through an offer takes, against the sandbox. */
import type { Sandbox } from '../sandbox/index.js';
import { eventually } from '../sandbox/demo/eventually.js';
import { jsonClient } from '../sandbox/demo/http.js';

export interface CountedStack {
  sandbox: Pick<Sandbox, 'books' | 'control'>;
  url: string;
  apiKey: string;
}

/** Returns the requests of each way, in order, with ids left out. Nothing else may be going on. */
export async function countRequests({
  sandbox: { books, control },
  ...api
}: CountedStack): Promise<Record<string, string[]>> {
  const http = jsonClient(api.url, api.apiKey);
  const buy = (product_id: string, customer_id?: string) =>
    control.purchase({
      product_id,
      ...(customer_id === undefined ? { email: `${crypto.randomUUID()}@example.com` } : { customer_id }),
    });

  const isOpen = (customerId: string) =>
    eventually('an offer', async () => (await http.get(`/api/upsell/${customerId}`)).body.eligible === true);
  const isSettled = (purchaseId: string) =>
    eventually(
      'the end of the offer',
      async () => (await http.get(`/api/purchases/${purchaseId}`)).body.status === 'settled',
    );
  const isTold = () =>
    eventually('the webhooks', () =>
      Promise.resolve(books.deliveries().every(({ status }) => status === 'delivered')),
    );

  async function requestsOf(work: () => Promise<unknown>): Promise<string[]> {
    await isTold();
    const before = books.requests().length;
    await work();
    await isTold();
    return books
      .requests()
      .slice(before)
      .map(({ method, path }) => `${method} ${path.replace(/(?<=\/)(pay|cus|sub|prod)_\w+/g, '{id}')}`);
  }

  async function decided(product: string, decisions: readonly ('accept' | 'decline')[], customerId?: string) {
    const bought = await buy(product, customerId);
    const { customer_id, payment_id } = bought;
    for (const decision of decisions) {
      await isOpen(customer_id);
      await http.post(`/api/upsell/${customer_id}/${decision}`, {});
    }
    await isSettled(payment_id);
    return bought;
  }

  const { customer_id: returning } = await decided('prod_single_license', ['accept']);
  const counted = {
    'One-click, accepted': await requestsOf(() => decided('prod_starter_course', ['accept'])),
    'One-click, accepted by a returning customer': await requestsOf(() =>
      decided('prod_starter_course', ['accept'], returning),
    ),
    'Plan change, accepted': await requestsOf(() => decided('prod_basic_plan', ['accept'])),
    'Declined twice': await requestsOf(() => decided('prod_starter_course', ['decline', 'decline'])),
    'A purchase that no funnel matches': await requestsOf(() => buy('prod_course_workbook')),
  };
  const { subscription_id } = await decided('prod_basic_plan', ['accept']);
  return {
    ...counted,
    'A renewal': await requestsOf(() => control.renew(subscription_id ?? '')),
  };
}
