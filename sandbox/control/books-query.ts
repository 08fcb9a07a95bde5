import { z } from 'zod';
import type { Books } from '../books.js';

export const booksQuery = z.object({
  /** A single section: `payments`, `requests`, ... */
  section: z.string().optional(),
  customer_id: z.string().optional(),
  subscription_id: z.string().optional(),
  type: z.string().optional(),
  method: z.string().optional(),
  path: z.string().optional(),
});

export function readBooks(books: Books, query: z.output<typeof booksQuery>): unknown {
  const { customer_id: customerId, subscription_id: subscriptionId, type, method, path } = query;
  const sections: Record<string, () => unknown> = {
    customers: () =>
      books.customers().filter((one) => customerId === undefined || one.customer_id === customerId),
    payments: () => books.payments({ customerId, subscriptionId }),
    subscriptions: () => books.subscriptions({ customerId }),
    refunds: () => books.refunds({ customerId }),
    checkouts: () => books.checkouts(),
    deliveries: () => books.deliveries({ type }),
    requests: () => books.requests({ method, path: path === undefined ? undefined : new RegExp(path) }),
    movements: () => books.movements(customerId),
    money_received: () => books.moneyReceived(customerId),
  };
  if (query.section === undefined) {
    return Object.fromEntries(Object.entries(sections).map(([name, read]) => [name, read()]));
  }
  const read = sections[query.section];
  return read ? { [query.section]: read() } : { sections: Object.keys(sections) };
}
