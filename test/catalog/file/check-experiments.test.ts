import { describe, test } from 'vitest';
import { expectProblems, withFunnel } from './marked.js';
import type { Mistake } from './marked.js';

const ARMS = '[{ id: a, offer: a }, { id: b, offer: a }]';
const steps = (list: string): string => withFunnel({ steps: list });

const experiments: Mistake[] = [
  [
    'a name without variants',
    steps('[{ id: one, offer: a, ▸experiment: price }]'),
    ['funnels.f.steps[0].experiment', 'names an experiment, and there are no variants to try'],
  ],
  [
    'the name of the holdout of everything',
    steps(`[{ id: one, variants: ${ARMS}, experiment: ▸holdout }]`),
    [
      'funnels.f.steps[0].experiment',
      'the experiment "holdout" is the holdout; give this one another name with experiment',
    ],
  ],
  [
    'a step that would be named like the holdout of its funnel',
    steps(`[{ id: ▸holdout, variants: ${ARMS} }]`),
    [
      'funnels.f.steps[0].id',
      'the experiment "f.holdout" is the holdout; give this one another name with experiment',
    ],
  ],
  [
    'one name for different arms',
    steps(
      `[{ id: one, variants: ${ARMS}, experiment: price, on: { accept: two } }, { id: two, variants: [{ id: a, offer: a }, { id: b, offer: a, weight: 2 }], experiment: ▸price }]`,
    ),
    [
      'funnels.f.steps[1].experiment',
      /^an earlier step has other variants or weights under the name "price"/,
    ],
  ],
];

describe('mistakes of experiments', () => {
  test.each(experiments)('%s is reported where it stands', (...mistake) => {
    expectProblems(mistake);
  });
});
