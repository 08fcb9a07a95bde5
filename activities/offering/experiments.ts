/** Assigns customers to the arms of experiments and to holdouts. */
import { assign, type Arm } from '../../src/experiments/assign.js';
import {
  funnelHoldoutName,
  HELD_OUT,
  holdoutArms,
  POLICY_HOLDOUT,
  type StepExperiment,
} from '../../src/experiments/names.js';
import type { Funnel, Policy, SnapshotOffer } from '../../src/domain/offers.js';
import { ORPHANED_AFTER_MS, type Exposure, type Ledger } from '../../src/ledger/index.js';
import type { ActivityContext } from '../context.js';

/** The offer a step shows to one customer, and the arm it belongs to. */
export interface ChosenArm {
  offer: SnapshotOffer;
  experiment?: { name: string; variant: string; arms: Arm[] };
}

type Place = Pick<Exposure, 'customerId' | 'purchaseId' | 'catalogHash' | 'exposedAt'>;

/**
 * Returns the offer of a step for a customer. Customers keep the arm they were in before for as long as the step has it,
 * whatever its weight is now; everybody else is assigned.
 *
 * @param offer for a step without an experiment
 */
export async function chooseArm(
  { ledger }: ActivityContext,
  customerId: string,
  offer: SnapshotOffer,
  experiment: StepExperiment | undefined,
): Promise<ChosenArm> {
  if (!experiment) return { offer };
  const { name, arms } = experiment;
  const before = (await ledger.exposuresOf(customerId))[name];
  const arm = arms.find(({ id }) => id === before) ?? assign(name, arms, customerId);
  if (!arm) return { offer };
  return {
    offer: arm.offer,
    experiment: { name, variant: arm.id, arms: arms.map(({ id, weight }) => ({ id, weight })) },
  };
}

/** Returns the exposure to write with the presentation of a chosen arm. */
export function exposureTo({ experiment }: ChosenArm, place: Place): Exposure[] {
  if (!experiment) return [];
  return [{ experiment: experiment.name, variant: experiment.variant, arms: experiment.arms, ...place }];
}

/**
 * Decides whether a customer who would otherwise be shown an offer is held out of every offer, or of this funnel.
 *
 * @returns `exposures` to write with the presentation, or with the end of the run when `heldOutOf` names a holdout;
 * `blocked` when another open offer would have prevented this one anyway, so that the arms do not differ yet
 */
export async function holdouts(
  { ledger, now }: ActivityContext,
  policy: Policy | undefined,
  funnel: Pick<Funnel, 'id' | 'holdout'>,
  subject: { place: Place; presentationId: string; askedFor: boolean },
): Promise<{ heldOutOf?: string; blocked?: boolean; exposures: Exposure[] }> {
  const { place, presentationId, askedFor } = subject;
  // A plan the customer asked for by name is not refused for the sake of a comparison.
  if (askedFor) return { exposures: [] };
  const running = [
    { experiment: POLICY_HOLDOUT, share: policy?.holdout },
    { experiment: funnelHoldoutName(funnel.id), share: funnel.holdout },
  ].flatMap(({ experiment, share }) =>
    share === undefined ? [] : [{ experiment, arms: holdoutArms(share) }],
  );
  // This run has already shown its offer: what was decided then holds, whatever the shares are now.
  if (running.length === 0 || (await ledger.presentation(presentationId))) return { exposures: [] };

  const before = await ledger.exposuresOf(place.customerId);
  const exposures: Exposure[] = [];
  for (const { experiment, arms } of running) {
    const known = arms.find(({ id }) => id === before[experiment]);
    const arm = known ?? assign(experiment, arms, place.customerId);
    if (!arm) continue;
    exposures.push({ experiment, variant: arm.id, arms, ...place });
    if (arm.id !== HELD_OUT) continue;
    if (!known && (await isAnotherOpen(ledger, place.customerId, now())))
      return { blocked: true, exposures: [] };
    return { heldOutOf: experiment, exposures };
  }
  return { exposures };
}

/** Follows the ledger's rule for opening a presentation: one whose run is gone does not block the customer. */
async function isAnotherOpen(ledger: Ledger, customerId: string, now: Date): Promise<boolean> {
  const current = await ledger.currentPresentation(customerId, now.toISOString());
  if (!current) return false;
  return current.status !== 'open' || Date.parse(current.expiresAt) > now.getTime() - ORPHANED_AFTER_MS;
}
