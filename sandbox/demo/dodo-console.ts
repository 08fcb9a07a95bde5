/** A client of the sandbox's control API: deliberate faults, and the books that show what was really charged. */
import type { FaultInput } from '../faults.js';
import type { DeliveryRow, MovementRow, RequestRow } from '../model.js';
import type { ChargeAnswer } from '../control/schemas.js';
import type { WebhookPolicy } from '../webhooks/settings.js';
import { bodyOf, jsonClient, type Reply } from './http.js';

interface PaymentRecord {
  payment_id: string;
  status: string | null;
  total_amount: number;
  metadata: Record<string, string | number | boolean>;
}

interface SubscriptionRecord {
  subscription_id: string;
  product_id: string;
  status: string;
}

export type DodoConsole = ReturnType<typeof createDodoConsole>;

/** Every webhook delivered once and in order. */
const PLAIN_DELIVERY: Partial<WebhookPolicy> = { drop: [], duplicate: 0, reorder: false };

export function createDodoConsole(url: string) {
  const http = jsonClient(url);

  async function books<T>(section: string, query: Record<string, string> = {}): Promise<T[]> {
    const search = new URLSearchParams({ section, ...query });
    const reply = await http.get<Record<string, T[]>>(`/sandbox/books?${search.toString()}`);
    return bodyOf('GET /sandbox/books', reply)[section] ?? [];
  }
  /** Fails unless the control API answered 200 or 204. */
  function done({ status, body }: Reply<unknown>, what: string): void {
    if (status >= 300) bodyOf(what, { status, body });
  }

  return {
    /** Returns the movements of the customer's money: charges, refunds and chargebacks, oldest first. */
    movements: (customerId: string) => books<MovementRow>('movements', { customer_id: customerId }),
    payments: (customerId: string) => books<PaymentRecord>('payments', { customer_id: customerId }),
    subscriptions: (customerId: string) =>
      books<SubscriptionRecord>('subscriptions', { customer_id: customerId }),
    async customerIdOf(email: string): Promise<string> {
      const customers = await books<{ customer_id: string; email: string }>('customers');
      const found = customers.find((customer) => customer.email === email);
      if (!found) throw new Error(`The sandbox has no customer ${email}.`);
      return found.customer_id;
    },
    /** Returns the POST requests whose path matches a pattern. */
    writes: (path: string) => books<RequestRow>('requests', { method: 'POST', path }),

    /** Returns the webhooks about a customer's payments. */
    async paymentWebhooks(customerId: string): Promise<DeliveryRow[]> {
      const [payments, deliveries] = await Promise.all([
        this.payments(customerId),
        books<DeliveryRow>('deliveries'),
      ]);
      const ids = new Set(payments.map((payment) => payment.payment_id));
      return deliveries.filter(({ subject }) => subject.kind === 'Payment' && ids.has(subject.id));
    },

    /** Decides a customer's next charges, whatever the card says. */
    async nextCharges(customerId: string, answer: ChargeAnswer): Promise<void> {
      done(await http.post(`/sandbox/customers/${customerId}/next-charges`, answer), 'next-charges');
    },

    async addFault(fault: FaultInput): Promise<void> {
      done(await http.post('/sandbox/faults', fault), 'POST /sandbox/faults');
    },

    /** Disturbs all webhooks while `work` runs, and restores them afterwards. */
    async withWebhooks<T>(policy: Partial<WebhookPolicy>, work: () => Promise<T>): Promise<T> {
      const set = async (value: Partial<WebhookPolicy>) =>
        done(await http.post('/sandbox/webhooks/policy', value), 'POST /sandbox/webhooks/policy');
      await set(policy);
      try {
        return await work();
      } finally {
        await set(PLAIN_DELIVERY);
      }
    },
  };
}
