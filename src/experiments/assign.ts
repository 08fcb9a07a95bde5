/**
 * Which arm of an experiment a customer is in. Pure: the same names give the same answer in every process, whatever
 * the order of the arms.
 */
import { createHash } from 'node:crypto';

export interface Arm {
  id: string;
  /** Its share is this by the sum of all; 0 takes no new customers. */
  weight: number;
}

const BITS = 48;

/**
 * A number in (0, 1), evenly spread over customers and unrelated between experiments: the first 48 bits of the SHA-256
 * of the JSON list `[experiment, arm, customer]`, in the middle of its step so that it is never 0.
 */
export function position(experiment: string, arm: string, customerId: string): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([experiment, arm, customerId]))
    .digest();
  return (digest.readUIntBE(0, BITS / 8) + 0.5) / 2 ** BITS;
}

/**
 * Weighted rendezvous hashing: every arm draws `-ln(position) / weight`, and the smallest draw takes the customer, which
 * an arm's draw is with a probability of its weight by the sum of all. As each arm draws for itself, raising one
 * weight moves customers into that arm only, and an arm that goes hands over its own customers only.
 *
 * @returns undefined when no arm takes customers
 */
export function assign<A extends Arm>(
  experiment: string,
  arms: readonly A[],
  customerId: string,
): A | undefined {
  let chosen: { arm: A; draw: number } | undefined;
  for (const arm of arms) {
    if (!(arm.weight > 0)) continue;
    const draw = -Math.log(position(experiment, arm.id, customerId)) / arm.weight;
    const sooner = !chosen || draw < chosen.draw || (draw === chosen.draw && arm.id < chosen.arm.id);
    if (sooner) chosen = { arm, draw };
  }
  return chosen?.arm;
}
