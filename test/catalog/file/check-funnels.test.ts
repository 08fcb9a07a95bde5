import { describe, test } from 'vitest';
import { expectProblems, withFunnel } from './marked.js';
import type { Mistake } from './marked.js';

const steps = (list: string): string => withFunnel({ steps: list });

const funnels: Mistake[] = [
  [
    'an unknown trigger',
    withFunnel({ trigger: '▸checkout' }),
    ['funnels.f.trigger', /^must be one of purchase, usage_milestone, .*, not "checkout"$/],
  ],
  [
    'a priority that is not a number',
    withFunnel({ priority: '▸high' }),
    ['funnels.f.priority', 'must be a whole number, not "high"'],
  ],
  [
    'no steps',
    withFunnel({ steps: '▸[]' }),
    ['funnels.f.steps', 'must be a list with at least one step, not an empty list'],
  ],
  [
    'a funnel id with a space',
    withFunnel({}).replace('  f:', '  ▸my funnel:'),
    ['funnels."my funnel"', /^the id must be lower-case letters/],
  ],
  [
    'a step id with capitals',
    steps('[{ id: ▸One, offer: a }]'),
    ['funnels.f.steps[0].id', /^must be the id of the step .*, not "One"$/],
  ],
  [
    'a step named end',
    steps('[{ id: ▸end, offer: a }]'),
    ['funnels.f.steps[0].id', '"end" is reserved for the end of a funnel and cannot be a step id'],
  ],
  [
    'a step without an offer',
    steps('[▸{ id: one }]'),
    ['funnels.f.steps[0].offer', 'is missing; expected the id of an offer'],
  ],
  [
    'an offer that does not exist',
    steps('[{ id: one, offer: ▸b }]'),
    ['funnels.f.steps[0].offer', 'there is no offer "b"; did you mean "a"?'],
  ],
  [
    'the requested plan in a funnel without a plan request',
    steps('[{ id: one, offer: ▸requested_plan }]'),
    [
      'funnels.f.steps[0].offer',
      'requested_plan is available only in funnels with the trigger upgrade_requested or downgrade_requested',
    ],
  ],
  [
    'an offer named like an object method',
    steps('[{ id: one, offer: ▸constructor }]'),
    ['funnels.f.steps[0].offer', 'there is no offer "constructor"'],
  ],
  [
    'a step that does not exist',
    steps('[{ id: one, offer: a, on: { decline: ▸two } }]'),
    ['funnels.f.steps[0].on.decline', 'there is no step "two" in this funnel'],
  ],
  [
    'a target that is not text',
    steps('[{ id: one, offer: a, on: { decline: ▸3 } }]'),
    ['funnels.f.steps[0].on.decline', 'must be the id of a step of this funnel, or end, not 3'],
  ],
  [
    'a misspelled decision',
    steps('[{ id: one, offer: a, on: { ▸declined: end } }]'),
    ['funnels.f.steps[0].on.declined', 'unknown key; did you mean "decline"?'],
  ],
  [
    'a repeated step',
    steps('[{ id: one, offer: a }, { id: ▸one, offer: a }]'),
    ['funnels.f.steps[1].id', 'this funnel already has a step "one"'],
  ],
  [
    'a step that cannot be reached',
    steps('[{ id: one, offer: a }, { id: ▸two, offer: a }]'),
    ['funnels.f.steps[1].id', /^step "two" is never shown/],
  ],
  [
    'a step that follows itself',
    steps('[{ id: one, offer: a, on: { decline: ▸one } }]'),
    ['funnels.f.steps[0].on.decline', /^leads back to an earlier step \(one -> one\)/],
  ],
  [
    'a cycle',
    steps(
      '[{ id: x, offer: a, on: { accept: y } }, { id: y, offer: a, on: { decline: z } }, { id: z, offer: a, on: { expire: ▸y } }]',
    ),
    [
      'funnels.f.steps[2].on.expire',
      'leads back to an earlier step (y -> z -> y); a step can be shown only once',
    ],
  ],
];

describe.each(Object.entries({ funnels }))('mistakes in %s', (_, mistakes) => {
  test.each(mistakes)('%s is reported at its place', (...mistake) => {
    expectProblems(mistake);
  });
});
