/** Rows about histories: that they replay, and how long they get. */
import { Worker } from '@temporalio/worker';
import { bundleWorkflows } from '../../../src/temporal/bundle.js';
import { listHistories, readHistory, replayable } from '../../replay/history-files.js';
import { outOf, type Row } from './row.js';

const KINDS = 50;

export const replays: Row = {
  id: 'R22',
  title: 'Replay of recorded histories',
  target: `all of at least ${KINDS} kinds without a difference`,
  how: 'every recorded history under test/replay/histories replayed on the workflow code as it is now',
  async measure() {
    const files = await listHistories();
    const histories = await Promise.all(files.map(async (file) => replayable(await readHistory(file))));
    const workflowBundle = await bundleWorkflows();
    const failed: string[] = [];
    for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, histories)) {
      if (error) failed.push(workflowId);
    }
    const replayed = outOf(
      files.length - failed.length,
      files.length,
      ` histories${failed.map((id) => `; ${id}`).join('')}`,
    );
    // A scenario is a kind. Its name is the part before the first dot.
    const kinds = new Set(files.map((file) => file.split('.')[0])).size;
    return { figure: `${replayed.figure}, of ${kinds} kinds`, met: replayed.met && kinds >= KINDS };
  },
};

const MEDIAN_BYTES = 200 * 1024;
const MEDIAN_EVENTS = 150;
const MOST_EVENTS = 2_000;

export const historySize: Row = {
  id: 'R28',
  title: 'History per purchase',
  target: 'median at most 150 events and 200 KiB, never above 2,000 events',
  how: 'all purchase runs that the other rows made; sizes as the server tells them',
  async measure({ client, taskQueue }) {
    const sizes: { events: number; bytes: number }[] = [];
    const query = `TaskQueue = '${taskQueue}' AND WorkflowType = 'purchase'`;
    for await (const { workflowId, runId } of client.workflow.list({ query })) {
      const { historyLength = 0, historySize = 0 } = await client.workflow
        .getHandle(workflowId, runId)
        .describe();
      sizes.push({ events: historyLength, bytes: historySize });
    }
    const events = sizes.map((one) => one.events).sort((a, b) => a - b);
    const bytes = sizes.map((one) => one.bytes).sort((a, b) => a - b);
    const median = (sorted: number[]) => sorted[Math.floor(sorted.length / 2)] ?? 0;
    const most = events.at(-1) ?? 0;
    return {
      figure: `${sizes.length} runs: median ${median(events)} events and ${(median(bytes) / 1024).toFixed(1)} KiB, longest ${most} events`,
      met:
        median(events) <= MEDIAN_EVENTS && median(bytes) <= MEDIAN_BYTES && most <= MOST_EVENTS && most > 0,
    };
  },
};
