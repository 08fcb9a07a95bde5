/** Funnels as graphs: every step and offer they name exists, every step is reached, and none is reached twice. */
import { checkWhen } from './check-when.js';
import { asList, asRecord } from './data.js';
import type { Finding, Path } from './problems.js';
import { didYouMean } from './suggest.js';

export const END = 'end';

const DECISIONS = ['accept', 'decline', 'expire'] as const;

interface Edge {
  decision: (typeof DECISIONS)[number];
  target: string;
}

interface Step {
  id: string | undefined;
  offer: unknown;
  edges: Edge[];
  path: Path;
}

/** Checks all funnels. Reads data that may be wrong elsewhere, so that every mistake is reported at once. */
export function checkFunnels(data: unknown): Finding[] {
  const { offers, funnels } = asRecord(data);
  const offerIds = Object.keys(asRecord(offers));
  return Object.entries(asRecord(funnels)).flatMap(([id, funnel]) => {
    const { when, steps } = asRecord(funnel);
    const path = ['funnels', id];
    return [...checkWhen(when, [...path, 'when']), ...checkSteps(readSteps(steps, path), offerIds)];
  });
}

function readSteps(steps: unknown, path: Path): Step[] {
  return asList(steps).map((data, index) => {
    const { id, offer, on } = asRecord(data);
    const targets = asRecord(on);
    const edges = DECISIONS.flatMap((decision) => {
      const target = targets[decision];
      return typeof target === 'string' && target !== END ? [{ decision, target }] : [];
    });
    return { id: typeof id === 'string' ? id : undefined, offer, edges, path: [...path, 'steps', index] };
  });
}

function checkSteps(steps: Step[], offerIds: string[]): Finding[] {
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
    if (typeof step.offer === 'string' && !offerIds.includes(step.offer)) {
      const message = `there is no offer "${step.offer}"${didYouMean(step.offer, offerIds)}`;
      findings.push({ path: [...step.path, 'offer'], at: 'value', message });
    }
  }
  return [...findings, ...danglingTargets(steps, byId), ...cycles(steps, byId), ...unreachable(steps, byId)];
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
