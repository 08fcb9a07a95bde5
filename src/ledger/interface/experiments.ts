/** Experiments: which customers are in which arm, and how the arms compare. */
import type { Arm } from '../../experiments/assign.js';
import type { Period } from './console.js';

/** A customer's place in an arm of an experiment, from the moment it makes a difference. */
export interface Exposure {
  experiment: string;
  customerId: string;
  variant: string;
  /** All arms at that time, the control first. */
  arms: Arm[];
  purchaseId: string;
  catalogHash: string;
  exposedAt: string;
}

/** The results of one arm, over the customers assigned under the same weights. */
export interface ExposureCount {
  experiment: string;
  arms: Arm[];
  variant: string;
  /** Customers. */
  exposed: number;
  firstExposedAt: string;
  lastExposedAt: string;
  /** Customers who accepted an offer that counts for the experiment. */
  accepted: number;
  /** Customers who paid for one, refunded or not. */
  paid: number;
  /** Customers who declined one. */
  declined: number;
  /** Customers whose offer was refunded, in full or in part. */
  refunded: number;
  /** Customers who disputed the payment of one. */
  disputed: number;
  /** Customers whose first purchase was refunded. */
  firstRefunded: number;
  /** Sum and sum of squares, by currency, of what each paying customer paid net of refunds. Minor units. */
  net: Record<string, { sum: number; squares: number }>;
}

export interface ExperimentLedger {
  /** Returns the customer's arms by experiment. */
  exposuresOf(customerId: string): Promise<Record<string, string>>;
  /**
   * Returns one count per experiment, set of weights and arm.
   *
   * @param period in which the customers were first exposed; all of them by default
   */
  experimentReport(period?: Period): Promise<ExposureCount[]>;
}
