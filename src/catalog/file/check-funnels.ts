/** Funnels as graphs: every step and offer they name exists, every step is reached, and none is reached twice. */
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
  /** What is no map at all is the schema's to report. */
  isMap: boolean;
  offer: unknown;
  variants: unknown;
  edges: Edge[];
  path: Path;
}

/** Checks all funnels. Reads data that may be wrong elsewhere, so that every mistake is reported at once. */
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

/** What a step may name: an offer of the file, or the plan that was asked for. */
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
      findings.push({ path, at: 'value', message: '"end" ends a funnel and cannot be the id of a step' });
    } else if (step.id !== undefined && byId.has(step.id)) {
      const message = `there is a step "${step.id}" in this funnel already`;
      findings.push({ path, at: 'value', message });
    } else if (step.id !== undefined) {
      byId.set(step.id, step);
    }
    findings.push(...checkOffered(step, known));
  }
  return [...findings, ...danglingTargets(steps, byId), ...cycles(steps, byId), ...unreachable(steps, byId)];
}

/** One offer, or an experiment between several. */
function checkOffered({ isMap, offer, variants, path }: Step, known: Known): Finding[] {
  if (!isMap) return [];
  if (variants === undefined) {
    return offer === undefined
      ? [{ path: [...path, 'offer'], at: 'value', message: 'is missing; expected the id of an offer' }]
      : checkReference([...path, 'offer'], offer, known);
  }
  const findings: Finding[] = [];
  if (offer !== undefined) {
    const message = 'cannot stand beside variants: each variant names an offer of its own';
    findings.push({ path: [...path, 'offer'], at: 'key', message });
  }
  const arms = asList(variants).map(asRecord);
  for (const [index, arm] of arms.entries()) {
    const at = [...path, 'variants', index];
    if (typeof arm.id === 'string' && arms.findIndex(({ id }) => id === arm.id) < index) {
      const message = `there is a variant "${arm.id}" in this step already`;
      findings.push({ path: [...at, 'id'], at: 'value', message });
    }
    findings.push(...checkReference([...at, 'offer'], arm.offer, known));
  }
  if (arms.length > 0 && arms.every(({ weight }) => weight === 0)) {
    const message = 'at least one variant needs a weight of more than 0';
    findings.push({ path: [...path, 'variants'], at: 'value', message });
  }
  return findings;
}

function checkReference(path: Path, offer: unknown, { offerIds, trigger }: Known): Finding[] {
  if (offer === REQUESTED_PLAN) {
    if (PLAN_TRIGGERS.includes(trigger)) return [];
    const message = 'requested_plan is there only in funnels of upgrade_requested and downgrade_requested';
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

/** Each way back to a step that led here, once. A funnel shows every step once at most. */
function cycles(steps: Step[], byId: Map<string, Step>): Finding[] {
  const findings: Finding[] = [];
  const finished = new Set<Step>();
  // An explicit stack: a long chain of steps must not exhaust the call stack.
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
      const message = `leads back to a step that came before (${loop}); a step is shown once at most`;
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
      message: `no decision leads to step "${String(step.id)}"; only the first step of a funnel needs none`,
    }));
}
