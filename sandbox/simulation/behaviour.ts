/** The behaviour of simulated customers, as probabilities from 0 to 1. */
export interface Behaviour {
  accept: number;
  decline: number;
  /** The saved card is declined when the offer is charged. */
  fail: number;
  /** A customer with a declined card pays at the checkout. */
  recover: number;
  /** Median time to decide. */
  thinkMs: number;
}
