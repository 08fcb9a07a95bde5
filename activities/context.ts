import type DodoPayments from 'dodopayments';
import type { Logger } from 'pino';
import type { Catalog } from '../src/domain/offers.js';
import type { Dodo } from '../src/dodo/client.js';
import type { Ledger } from '../src/ledger/index.js';
import type { PaymentEvent } from '../src/domain/payment.js';

/** What activities work with. */
export interface ActivityContext {
  dodo: Dodo;
  ledger: Ledger;
  /** The catalog in force now. */
  catalog: () => Catalog;
  /** Origin of return URLs. */
  appUrl: string;
  log: Logger;
  now: () => Date;
  /** Tells a run of a payment, as its webhook would have; false when no run wants to know. */
  deliverPayment: (event: PaymentEvent, payment: DodoPayments.Payment | undefined) => Promise<boolean>;
  /** Where the merchant's backend is told, if anywhere. */
  merchantWebhook?: { url: string; secret: Buffer };
}
