/** The experiments of a catalog by name. Ids contain no dots, so names of different kinds cannot collide. */
import type { Catalog, FunnelStep, SnapshotOffer } from '../domain/offers.js';
import type { Arm } from './assign.js';

export interface Experiment {
  name: string;
  /** In the order of the file; the others are compared with the first. */
  arms: Arm[];
}

export const POLICY_HOLDOUT = 'holdout';
export const HELD_OUT = 'holdout';
const OFFERED = 'offered';

function experimentName(funnelId: string, { id, experiment }: Pick<FunnelStep, 'id' | 'experiment'>): string {
  return experiment ?? `${funnelId}.${id}`;
}

export function funnelHoldoutName(funnelId: string): string {
  return `${funnelId}.${POLICY_HOLDOUT}`;
}

/** Returns true if the experiment shows nothing to one of its arms. */
export function isHoldout(name: string): boolean {
  return name === POLICY_HOLDOUT || name.endsWith(`.${POLICY_HOLDOUT}`);
}

/** Returns the two arms of a holdout. Shares have two decimals of a percent, so in ten-thousandths they are whole numbers. */
export function holdoutArms(share: number): Arm[] {
  const heldOut = Math.round(share * 10_000);
  return [
    { id: HELD_OUT, weight: heldOut },
    { id: OFFERED, weight: 10_000 - heldOut },
  ];
}

/** Lists all experiments of a catalog, holdouts first. */
export function experimentsOf({ policy, funnels }: Pick<Catalog, 'policy' | 'funnels'>): Experiment[] {
  const holdouts = [
    { name: POLICY_HOLDOUT, share: policy.holdout },
    ...funnels.map(({ id, holdout }) => ({ name: funnelHoldoutName(id), share: holdout })),
  ].flatMap(({ name, share }) => (share === undefined ? [] : [{ name, arms: holdoutArms(share) }]));
  const steps = funnels.flatMap((funnel) =>
    funnel.steps.flatMap((step) =>
      step.variants
        ? [
            {
              name: experimentName(funnel.id, step),
              arms: step.variants.map(({ id, weight }) => ({ id, weight })),
            },
          ]
        : [],
    ),
  );
  const named = new Map([...holdouts, ...steps].map((experiment) => [experiment.name, experiment]));
  return [...named.values()];
}

/** The experiment of a step, with the offer each arm shows. */
export interface StepExperiment {
  name: string;
  arms: (Arm & { offer: SnapshotOffer })[];
}

/** Returns the step's experiment, or undefined for a step with a single offer. */
export function stepExperiment(
  funnelId: string,
  step: FunnelStep,
  offers: Record<string, SnapshotOffer>,
): StepExperiment | undefined {
  return (
    step.variants && {
      name: experimentName(funnelId, step),
      arms: step.variants.flatMap(({ id, weight, offer }) =>
        offers[offer] ? [{ id, weight, offer: offers[offer] }] : [],
      ),
    }
  );
}
