import { fileURLToPath } from 'node:url';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/log.js';
import type { Outcome } from '../../src/domain/words.js';
import { bundleWorkflows } from '../../src/temporal/bundle.js';
import { installRuntime } from '../../src/temporal/runtime.js';
import * as workflows from '../../workflows/index.js';
import { testBundle } from '../support/temporal.js';
import { listHistories, readHistory, replayable, textOf, type RecordedRun } from './history-files.js';
import { RECORDED_CUSTOMER } from './recorded-customer.js';

const MINUTE = 60_000;

const files = await listHistories();
const runs = new Map<string, RecordedRun>();
for (const file of files) runs.set(file, await readHistory(file));

/** Replays histories. Returns an error for each file, or undefined if it replays as recorded. */
async function replay(
  workflowBundle: { codePath: string } | { code: string },
  which: string[],
): Promise<Map<string, Error | undefined>> {
  const fileOf = new Map<string, string>();
  const histories = which.map((file) => {
    const run = replayable(runs.get(file) ?? { workflowId: '', history: { events: [] } });
    // Two histories may be of the same run at different times. The file's name tells them apart.
    fileOf.set(run.workflowId, file);
    return run;
  });
  const results = new Map<string, Error | undefined>();
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, histories)) {
    results.set(fileOf.get(workflowId) ?? workflowId, error);
  }
  return results;
}

beforeAll(() => installRuntime(createLogger(process.env.LOG_LEVEL ?? 'silent')));

describe('the current workflow code', () => {
  let results: Map<string, Error | undefined>;
  beforeAll(async () => {
    results = await replay(await testBundle(), files);
  }, 3 * MINUTE);

  it.each(files)('replays a recorded run: %s', (file) => {
    expect(results.has(file)).toBe(true);
    const error = results.get(file);
    if (error) throw new Error(`${file} cannot be replayed: ${error.message}`, { cause: error });
  });

  it('replays every one of them without the headers that it carries, too', async () => {
    const plain = await bundleWorkflows({ workflowInterceptorModules: [] });
    const without = await replay(plain, files);
    expect([...without].filter(([, error]) => error !== undefined)).toEqual([]);
  });

  it('would be caught if it had an incompatible change', async () => {
    const workflowsPath = fileURLToPath(new URL('changed-workflows.ts', import.meta.url));
    const changed = await replay(await bundleWorkflows({ workflowsPath }), ['converted-by-charge.json']);
    expect(changed.get('converted-by-charge.json')).toBeInstanceOf(DeterminismViolationError);
  });
});

describe('the recorded histories', () => {
  it('cover every workflow', () => {
    const recorded = [...runs.values()].map(({ history: { events } }) => {
      const { workflowType } = events[0]?.workflowExecutionStartedEventAttributes as {
        workflowType: { name: string };
      };
      return workflowType.name;
    });
    // The janitor runs its activities one after the other and waits for nothing: there is no path to protect yet. A
    // scheduled change waits for a billing date: no run of it has ended within a recording.
    const { janitor: _, scheduledChange: __, ...others } = workflows;
    expect([...new Set(recorded)].sort()).toEqual(Object.keys(others).sort());
  });

  it('cover every outcome of a purchase', () => {
    const every: Record<RunOutcome, true> = {
      converted: true,
      recovered: true,
      declined: true,
      expired: true,
      abandoned: true,
      ineligible: true,
      payment_failed: true,
      withdrawn: true,
    };
    const recorded = new Set([...runs.values()].map(outcomeOf).filter((outcome) => outcome !== undefined));
    expect([...recorded].sort()).toEqual(Object.keys(every).sort());
  });

  it.each(files)('hold no personal data: %s', (file) => {
    const text = textOf(runs.get(file) ?? { workflowId: '', history: { events: [] } });
    const { billing, cards, name } = RECORDED_CUSTOMER;
    const values = [name, billing.street, billing.city, billing.zipcode, ...Object.values(cards)];
    expect(values.filter((value) => text.includes(value))).toEqual([]);
    // E-mail addresses, and the process@host of the recording machine.
    expect(text.match(/[\w.+-]+@[\w-]+\.[a-z]{2,}|\b\d+@/i)).toBeNull();
    // Longer runs of digits than any time or amount has.
    expect(text.match(/(?<![\w.])\d{15,19}(?![\w.])/)).toBeNull();
    expect(text.match(/"(email|last4|expiry|street|city|zipcode|phone\w*|billing\w*|card\w*)":/i)).toBeNull();
  });
});

/** `needs_review` waits, and `reversed` is set by a run of its own. */
type RunOutcome = Exclude<Outcome, 'needs_review' | 'reversed'>;

function outcomeOf({ history: { events } }: RecordedRun): string | undefined {
  const completed = events.at(-1)?.workflowExecutionCompletedEventAttributes as
    { result?: { payloads?: { data: string }[] } } | undefined;
  const data = completed?.result?.payloads?.[0]?.data;
  if (data === undefined) return undefined;
  const result = JSON.parse(Buffer.from(data, 'base64').toString()) as { outcome?: string } | null;
  return result?.outcome;
}
