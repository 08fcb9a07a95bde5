/** Whether a process can do its work, for `/readyz`. */
import { LedgerError } from '../ledger/index.js';
import type { Logger } from '../log.js';
import type { StuckReason } from '../temporal/stuck-runs.js';
import { stuckRuns } from '../temporal/stuck-runs.js';

export interface Readiness {
  /** `degraded`: it works, and runs are stuck. */
  status: 'ready' | 'degraded' | 'not_ready';
  temporal: boolean;
  database: boolean;
  /** Why something is not reached, in a word; the log has the sentence. */
  reasons?: { temporal?: string; database?: string };
  stuckRuns?: { workflowId: string; reason: StuckReason; since: string }[];
}

export interface Reached {
  ledger: { ping(): Promise<void> };
  runs: { ping(): Promise<void> };
  log: Pick<Logger, 'warn'>;
}

/** As many as a person reads. The log has all of them. */
const MOST_NAMED = 20;

/** Checks what this process depends on, and names the runs that its worker knows to be stuck. */
export async function readiness({ ledger, runs, log }: Reached): Promise<Readiness> {
  const reasons: NonNullable<Readiness['reasons']> = {};
  const [temporal, database] = await Promise.all([
    reached('temporal', () => runs.ping()),
    reached('database', () => ledger.ping()),
  ]);
  const stuck = stuckRuns();
  const works = stuck.length > 0 ? 'degraded' : 'ready';
  return {
    status: temporal && database ? works : 'not_ready',
    temporal,
    database,
    ...(!(temporal && database) && { reasons }),
    ...(stuck.length > 0 && {
      stuckRuns: stuck
        .slice(0, MOST_NAMED)
        .map(({ workflowId, reason, since }) => ({ workflowId, reason, since })),
    }),
  };

  async function reached(what: 'temporal' | 'database', ping: () => Promise<void>): Promise<boolean> {
    try {
      await ping();
      return true;
    } catch (error) {
      reasons[what] = error instanceof LedgerError ? error.code : 'unreachable';
      log.warn({ err: error, what }, 'dependency could not be reached');
      return false;
    }
  }
}
