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
    'a priority in words',
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
    'a step called end',
    steps('[{ id: ▸end, offer: a }]'),
    ['funnels.f.steps[0].id', '"end" ends a funnel and cannot be the id of a step'],
  ],
  [
    'a step without offer',
    steps('[▸{ id: one }]'),
    ['funnels.f.steps[0].offer', 'is missing; expected the id of an offer'],
  ],
  [
    'an offer that does not exist',
    steps('[{ id: one, offer: ▸b }]'),
    ['funnels.f.steps[0].offer', 'there is no offer "b"; did you mean "a"?'],
  ],
  [
    'the plan that was asked for, where nobody asks for a plan',
    steps('[{ id: one, offer: ▸requested_plan }]'),
    [
      'funnels.f.steps[0].offer',
      'requested_plan is there only in funnels of upgrade_requested and downgrade_requested',
    ],
  ],
  [
    'an offer named like a method',
    steps('[{ id: one, offer: ▸constructor }]'),
    ['funnels.f.steps[0].offer', 'there is no offer "constructor"'],
  ],
  [
    'a step that does not exist',
    steps('[{ id: one, offer: a, on: { decline: ▸two } }]'),
    ['funnels.f.steps[0].on.decline', 'there is no step "two" in this funnel'],
  ],
  [
    'a target that is no text',
    steps('[{ id: one, offer: a, on: { decline: ▸3 } }]'),
    ['funnels.f.steps[0].on.decline', 'must be the id of a step of this funnel, or end, not 3'],
  ],
  [
    'a decision that is none',
    steps('[{ id: one, offer: a, on: { ▸declined: end } }]'),
    ['funnels.f.steps[0].on.declined', 'there is no such key here; did you mean "decline"?'],
  ],
  [
    'the same step twice',
    steps('[{ id: one, offer: a }, { id: ▸one, offer: a }]'),
    ['funnels.f.steps[1].id', 'there is a step "one" in this funnel already'],
  ],
  [
    'a step nothing leads to',
    steps('[{ id: one, offer: a }, { id: ▸two, offer: a }]'),
    ['funnels.f.steps[1].id', /^no decision leads to step "two"/],
  ],
  [
    'a step that follows itself',
    steps('[{ id: one, offer: a, on: { decline: ▸one } }]'),
    ['funnels.f.steps[0].on.decline', /^leads back to a step that came before \(one -> one\)/],
  ],
  [
    'a cycle',
    steps(
      '[{ id: x, offer: a, on: { accept: y } }, { id: y, offer: a, on: { decline: z } }, { id: z, offer: a, on: { expire: ▸y } }]',
    ),
    [
      'funnels.f.steps[2].on.expire',
      'leads back to a step that came before (y -> z -> y); a step is shown once at most',
    ],
  ],
];

describe.each(Object.entries({ funnels }))('mistakes of %s', (_, mistakes) => {
  test.each(mistakes)('%s is reported where it stands', (...mistake) => {
    expectProblems(mistake);
  });
});
