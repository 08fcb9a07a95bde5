/** Checks the names of experiments: one name stands for one set of arms, and the names of holdouts are reserved. */
import { asList, asRecord } from './data.js';
import type { Finding, Path } from './problems.js';

const HOLDOUT = 'holdout';

/** Checks all steps with variants. Accepts data of any shape. */
export function checkExperiments(data: unknown): Finding[] {
  const findings: Finding[] = [];
  const seen = new Map<string, string>();
  for (const [funnelId, funnel] of Object.entries(asRecord(asRecord(data).funnels))) {
    for (const [index, step] of asList(asRecord(funnel).steps).map(asRecord).entries()) {
      const { id, experiment, variants } = step;
      const path: Path = ['funnels', funnelId, 'steps', index];
      if (variants === undefined) {
        if (experiment !== undefined) {
          const message = 'is allowed only on a step with variants';
          findings.push({ path: [...path, 'experiment'], at: 'key', message });
        }
        continue;
      }
      if (experiment === HOLDOUT || (experiment === undefined && id === HOLDOUT)) {
        const name = experiment === undefined ? `${funnelId}.${HOLDOUT}` : HOLDOUT;
        const message = `the experiment name "${name}" is reserved for the holdout; choose another one with the key experiment`;
        findings.push({
          path: [...path, experiment === undefined ? 'id' : 'experiment'],
          at: 'value',
          message,
        });
      }
      if (typeof experiment !== 'string') continue;
      const arms = JSON.stringify(
        asList(variants)
          .map(asRecord)
          .map(({ id, weight = 1 }) => [id, weight]),
      );
      if ((seen.get(experiment) ?? arms) !== arms) {
        const message = `an earlier step uses the experiment "${experiment}" with other variants or weights; both steps must list the same ones, in the same order`;
        findings.push({ path: [...path, 'experiment'], at: 'value', message });
      }
      seen.set(experiment, seen.get(experiment) ?? arms);
    }
  }
  return findings;
}
