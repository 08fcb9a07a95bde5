/**
 * Assigns customers to the arms of an experiment. Pure: the same names give the same arm in every process, whatever the
 * order of the arms.
 */
import { createHash } from 'node:crypto';

export interface Arm {
  id: string;
  /** The arm's share is its weight divided by the sum of all weights; 0 takes no new customers. */
  weight: number;
}

const BITS = 48;

/**
 * Returns a number in (0, 1), spread evenly over customers and independent between experiments: the first 48 bits of the
 * SHA-256 of the JSON list `[experiment, arm, customer]`, plus half a step so that it is never 0.
 */
export function position(experiment: string, arm: string, customerId: string): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([experiment, arm, customerId]))
    .digest();
  return (digest.readUIntBE(0, BITS / 8) + 0.5) / 2 ** BITS;
}

/**
 * Picks an arm by weighted rendezvous hashing: every arm draws `-ln(position) / weight`, and the smallest draw gets the
 * customer. An arm wins with a probability of its weight divided by the sum of all weights. Because each arm draws
 * independently, raising one weight moves customers only into that arm, and removing an arm moves only its customers.
 *
 * @returns undefined if no arm takes customers
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
    const isSmaller = !chosen || draw < chosen.draw || (draw === chosen.draw && arm.id < chosen.arm.id);
    if (isSmaller) chosen = { arm, draw };
  }
  return chosen?.arm;
}
