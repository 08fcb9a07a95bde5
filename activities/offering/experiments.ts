/** Which arm of an experiment a customer is in, and whether they are held out of being offered anything. */
import { assign, type Arm } from '../../src/experiments/assign.js';
import {
  funnelHoldoutName,
  HELD_OUT,
  holdoutArms,
  POLICY_HOLDOUT,
  type StepExperiment,
} from '../../src/experiments/names.js';
import type { Funnel, Offer, Policy } from '../../src/domain/offers.js';
import { type Exposure, type Ledger, ORPHANED_AFTER_MS } from '../../src/ledger/index.js';
import type { ActivityContext } from '../context.js';

/** What an offer shows, and the arm it is. */
export interface ChosenArm {
  offer: Offer;
  experiment?: { name: string; variant: string; arms: Arm[] };
}

type Place = Pick<Exposure, 'customerId' | 'purchaseId' | 'catalogHash' | 'exposedAt'>;

/**
 * The offer of a step for a customer. An arm they were in before is theirs for as long as the step has it, whatever its
 * weight has become; everybody else is assigned.
 *
 * @param offer for a step that is no experiment
 */
export async function chooseArm(
  { ledger }: ActivityContext,
  customerId: string,
  offer: Offer,
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

/** What to write with the presentation of a chosen arm. */
export function exposureTo({ experiment }: ChosenArm, place: Place): Exposure[] {
  if (!experiment) return [];
  return [{ experiment: experiment.name, variant: experiment.variant, arms: experiment.arms, ...place }];
}

/**
 * Whether a customer to whom everything else would be shown is held out: of every offer, or of this funnel.
 *
 * @returns what to write together with the presentation, or with the end of the run when `heldOutOf` names a holdout;
 * `inTheWay` when another open offer would have kept this one away as well, so that the arms are not different yet
 */
export async function holdouts(
  { ledger, now }: ActivityContext,
  policy: Policy | undefined,
  funnel: Pick<Funnel, 'id' | 'holdout'>,
  subject: { place: Place; presentationId: string; askedFor: boolean },
): Promise<{ heldOutOf?: string; inTheWay?: boolean; exposures: Exposure[] }> {
  const { place, presentationId, askedFor } = subject;
  // Nobody who asks for a plan by its name is refused it for the sake of a comparison.
  if (askedFor) return { exposures: [] };
  const running = [
    { experiment: POLICY_HOLDOUT, share: policy?.holdout },
    { experiment: funnelHoldoutName(funnel.id), share: funnel.holdout },
  ].flatMap(({ experiment, share }) =>
    share === undefined ? [] : [{ experiment, arms: holdoutArms(share) }],
  );
  // Shown already by this run: what was decided then holds, whatever has become of the shares.
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
      return { inTheWay: true, exposures: [] };
    return { heldOutOf: experiment, exposures };
  }
  return { exposures };
}

/** As the ledger sees it when a presentation is to be opened: one whose run is gone is in nobody's way. */
async function isAnotherOpen(ledger: Ledger, customerId: string, now: Date): Promise<boolean> {
  const current = await ledger.currentPresentation(customerId, now.toISOString());
  if (!current) return false;
  return current.status !== 'open' || Date.parse(current.expiresAt) > now.getTime() - ORPHANED_AFTER_MS;
}
