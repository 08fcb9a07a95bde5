/** Checks funnels as graphs: the steps and offers they name exist, every step can be reached, and none repeats. */
import { checkSchedule } from './check-offers.js';
import { checkWhen } from './check-when.js';
import { asList, asRecord, isRecord } from './data.js';
import type { Finding, Path } from './problems.js';
import { PLAN_TRIGGERS, REQUESTED_PLAN } from '../../domain/requested-plan.js';
import { didYouMean } from './suggest.js';

export const END = 'end';

const DECISIONS = ['accept', 'decline', 'expire'] as const;

interface Edge {
  decision: (typeof DECISIONS)[number];
  target: string;
}

interface Step {
  id: string | undefined;
  /** False for data that is not a map, which the schema reports. */
  isMap: boolean;
  offer: unknown;
  variants: unknown;
  edges: Edge[];
  path: Path;
}

/** Checks all funnels. Accepts data of any shape, so that every mistake is reported at once. */
export function checkFunnels(data: unknown): Finding[] {
  const { offers, funnels } = asRecord(data);
  const offerIds = Object.keys(asRecord(offers));
  return Object.entries(asRecord(funnels)).flatMap(([id, funnel]) => {
    const { when, steps, schedule, trigger } = asRecord(funnel);
    const path = ['funnels', id];
    return [
      ...checkSchedule([...path, 'schedule'], schedule),
      ...checkWhen(when, [...path, 'when']),
      ...checkSteps(readSteps(steps, path), { offerIds, trigger }),
    ];
  });
}

function readSteps(steps: unknown, path: Path): Step[] {
  return asList(steps).map((data, index) => {
    const { id, offer, variants, on } = asRecord(data);
    const targets = asRecord(on);
    const edges = DECISIONS.flatMap((decision) => {
      const target = targets[decision];
      return typeof target === 'string' && target !== END ? [{ decision, target }] : [];
    });
    const name = typeof id === 'string' ? id : undefined;
    return { id: name, isMap: isRecord(data), offer, variants, edges, path: [...path, 'steps', index] };
  });
}

/** What a step may refer to: an offer of the file or, depending on the trigger, the requested plan. */
interface Known {
  offerIds: string[];
  trigger: unknown;
}

function checkSteps(steps: Step[], known: Known): Finding[] {
  const byId = new Map<string, Step>();
  const findings: Finding[] = [];
  for (const step of steps) {
    const path = [...step.path, 'id'];
    if (step.id === END) {
      findings.push({
        path,
        at: 'value',
        message: '"end" is reserved for the end of a funnel and cannot be a step id',
      });
    } else if (step.id !== undefined && byId.has(step.id)) {
      const message = `this funnel already has a step "${step.id}"`;
      findings.push({ path, at: 'value', message });
    } else if (step.id !== undefined) {
      byId.set(step.id, step);
    }
    findings.push(...checkOffered(step, known));
  }
  return [...findings, ...danglingTargets(steps, byId), ...cycles(steps, byId), ...unreachable(steps, byId)];
}

/** Checks that the step has either one offer or an experiment between several. */
function checkOffered({ isMap, offer, variants, path }: Step, known: Known): Finding[] {
  if (!isMap) return [];
  if (variants === undefined) {
    return offer === undefined
      ? [{ path: [...path, 'offer'], at: 'value', message: 'is missing; expected the id of an offer' }]
      : checkReference([...path, 'offer'], offer, known);
  }
  const findings: Finding[] = [];
  if (offer !== undefined) {
    const message = 'cannot be combined with variants: each variant names its own offer';
    findings.push({ path: [...path, 'offer'], at: 'key', message });
  }
  const arms = asList(variants).map(asRecord);
  for (const [index, arm] of arms.entries()) {
    const at = [...path, 'variants', index];
    if (typeof arm.id === 'string' && arms.findIndex(({ id }) => id === arm.id) < index) {
      const message = `this step already has a variant "${arm.id}"`;
      findings.push({ path: [...at, 'id'], at: 'value', message });
    }
    findings.push(...checkReference([...at, 'offer'], arm.offer, known));
  }
  if (arms.length > 0 && arms.every(({ weight }) => weight === 0)) {
    const message = 'at least one variant needs a weight above 0';
    findings.push({ path: [...path, 'variants'], at: 'value', message });
  }
  return findings;
}

function checkReference(path: Path, offer: unknown, { offerIds, trigger }: Known): Finding[] {
  if (offer === REQUESTED_PLAN) {
    if (PLAN_TRIGGERS.includes(trigger)) return [];
    const message =
      'requested_plan is available only in funnels with the trigger upgrade_requested or downgrade_requested';
    return [{ path, at: 'value', message }];
  }
  if (typeof offer !== 'string' || offerIds.includes(offer)) return [];
  const message = `there is no offer "${offer}"${didYouMean(offer, offerIds)}`;
  return [{ path, at: 'value', message }];
}

function danglingTargets(steps: Step[], byId: Map<string, Step>): Finding[] {
  return steps.flatMap((step) =>
    step.edges
      .filter(({ target }) => !byId.has(target))
      .map(({ decision, target }) => ({
        path: [...step.path, 'on', decision],
        at: 'value' as const,
        message: `there is no step "${target}" in this funnel${didYouMean(target, [...byId.keys(), END])}`,
      })),
  );
}

/** Reports each edge that leads back to an earlier step. A funnel shows each step at most once. */
function cycles(steps: Step[], byId: Map<string, Step>): Finding[] {
  const findings: Finding[] = [];
  const finished = new Set<Step>();
  // An explicit stack, so that a long chain of steps cannot exhaust the call stack.
  for (const start of steps) {
    if (finished.has(start)) continue;
    const trail = [{ step: start, next: 0 }];
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const edge = top.step.edges[top.next++];
      if (!edge) {
        finished.add(top.step);
        trail.pop();
        continue;
      }
      const target = byId.get(edge.target);
      if (!target || finished.has(target)) continue;
      const since = trail.findIndex(({ step }) => step === target);
      if (since < 0) {
        trail.push({ step: target, next: 0 });
        continue;
      }
      const loop = [...trail.slice(since).map(({ step }) => step.id), target.id].join(' -> ');
      const message = `leads back to an earlier step (${loop}); a step can be shown only once`;
      findings.push({ path: [...top.step.path, 'on', edge.decision], at: 'value', message });
    }
  }
  return findings;
}

function unreachable(steps: Step[], byId: Map<string, Step>): Finding[] {
  const [first] = steps;
  if (!first) return [];
  const reached = new Set([first]);
  for (const step of reached) {
    for (const { target } of step.edges) {
      const next = byId.get(target);
      if (next) reached.add(next);
    }
  }
  return steps
    .filter((step) => step.id !== undefined && byId.get(step.id) === step && !reached.has(step))
    .map((step) => ({
      path: [...step.path, 'id'],
      at: 'value',
      message: `step "${String(step.id)}" is never shown: no decision leads to it from the first step`,
    }));
}
