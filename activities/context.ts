/** The world that activities work with. */
import type DodoPayments from 'dodopayments';
import type { Logger } from 'pino';
import type { Catalog } from '../src/domain/offers.js';
import type { Dodo } from '../src/dodo/client.js';
import type { Proofs } from '../src/dodo/proof.js';
import type { Ledger } from '../src/ledger/index.js';
import type { PaymentEvent } from '../src/domain/payment.js';

export interface ActivityContext {
  dodo: Dodo;
  ledger: Ledger;
  /** Returns the catalog in force now. */
  catalog: () => Catalog;
  /** Origin of return URLs. */
  appUrl: string;
  log: Logger;
  now: () => Date;
  /** Makes and checks the proofs in the metadata of attempts. */
  proofs: Proofs;
  /** Tells a run of a payment, as its webhook would have. False when the payment concerns no run. */
  deliverPayment: (event: PaymentEvent, payment: DodoPayments.Payment | undefined) => Promise<boolean>;
  /** The merchant's endpoint for notifications, if there is one. */
  merchantWebhook?: { url: string; secret: Buffer };
}
