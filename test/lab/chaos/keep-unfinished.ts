/** Evidence of a campaign that did not come to rest, for debugging. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { RunHistory } from '../invariants/run-history.js';
import { toTemporalJson } from '../../replay/history-json.js';
import { makeTemporaryFolder } from '../../support/temporary-folder.js';

/**
 * Writes the history and the pending work of every run that has not ended.
 *
 * @returns the folder, which is not removed
 */
export async function saveUnfinishedRuns(client: Client, runs: RunHistory[]): Promise<string> {
  const folder = await makeTemporaryFolder('unfinished');
  for (const { workflowId, runId, status } of runs) {
    if (status !== 'RUNNING') continue;
    const handle = client.workflow.getHandle(workflowId, runId);
    const { raw } = await handle.describe();
    const { pendingActivities, pendingWorkflowTask, pendingChildren } = raw;
    const pending = { pendingActivities, pendingWorkflowTask, pendingChildren };
    const name = join(folder, encodeURIComponent(workflowId));
    await writeFile(`${name}.pending.json`, JSON.stringify(pending, undefined, 2));
    await writeFile(`${name}.json`, JSON.stringify(toTemporalJson(await handle.fetchHistory())));
  }
  return folder;
}
