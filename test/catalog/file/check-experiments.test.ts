import { describe, test } from 'vitest';
import { expectProblems, withFunnel } from './marked.js';
import type { Mistake } from './marked.js';

const ARMS = '[{ id: a, offer: a }, { id: b, offer: a }]';
const steps = (list: string): string => withFunnel({ steps: list });

const experiments: Mistake[] = [
  [
    'an experiment without variants',
    steps('[{ id: one, offer: a, ▸experiment: price }]'),
    ['funnels.f.steps[0].experiment', 'is allowed only on a step with variants'],
  ],
  [
    'the name of the policy holdout',
    steps(`[{ id: one, variants: ${ARMS}, experiment: ▸holdout }]`),
    [
      'funnels.f.steps[0].experiment',
      'the experiment name "holdout" is reserved for the holdout; choose another one with the key experiment',
    ],
  ],
  [
    "a step whose default name is that of its funnel's holdout",
    steps(`[{ id: ▸holdout, variants: ${ARMS} }]`),
    [
      'funnels.f.steps[0].id',
      'the experiment name "f.holdout" is reserved for the holdout; choose another one with the key experiment',
    ],
  ],
  [
    'one name for different arms',
    steps(
      `[{ id: one, variants: ${ARMS}, experiment: price, on: { accept: two } }, { id: two, variants: [{ id: a, offer: a }, { id: b, offer: a, weight: 2 }], experiment: ▸price }]`,
    ),
    [
      'funnels.f.steps[1].experiment',
      /^an earlier step uses the experiment "price" with other variants or weights/,
    ],
  ],
];

describe('mistakes in experiments', () => {
  test.each(experiments)('%s is reported at its place', (...mistake) => {
    expectProblems(mistake);
  });
});
