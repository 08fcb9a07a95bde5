/**
 * `npm run histories`: records the histories of the replay tests again. With names, or parts of names, only those:
 * `npm run histories -- declined expired`.
 */
import { startMerchantInbox } from '../../sandbox/demo/merchant-inbox.js';
import { startDevServer } from '../../sandbox/local/dev-server.js';
import { openRuns, unlessBroken } from '../support/workflow-task-failures.js';
import { removeHistories, writeHistory } from './history-files.js';
import { recordAbandoned } from './record-abandoned.js';
import { recordScripted } from './record-scripted.js';
import type { Scenario } from './scenario.js';
import { AFTERWARDS, NOTIFICATIONS } from './scenarios-afterwards.js';
import { CHARGES } from './scenarios-charges.js';
import { DECISIONS } from './scenarios-decisions.js';
import { PLAN_CHANGES } from './scenarios-plans.js';
import { SCRIPTED } from './scenarios-scripted.js';
import { TIMING, TIMING_OFFERS } from './scenarios-timing.js';
import { openRecordingSystem, type RecordingSystem } from './recording-system.js';

const started = performance.now();
const say = (text: string) =>
  process.stdout.write(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);

/** Names of scenarios that failed. */
const failed: string[] = [];

async function record({ name, play }: Scenario, system: RecordingSystem): Promise<void> {
  try {
    for (const [part, workflowId] of Object.entries(await play(system))) {
      const handle = system.client.workflow.getHandle(workflowId);
      // The ledger may be ahead of the run's last task.
      await handle.result();
      await writeHistory(`${name}${part && `.${part}`}.json`, workflowId, await handle.fetchHistory());
    }
    say(name);
  } catch (error) {
    failed.push(name);
    say(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function recordOn(system: RecordingSystem, scenarios: Scenario[]): Promise<void> {
  const recordAll = async () => {
    await Promise.all(scenarios.filter(({ alone }) => !alone).map((scenario) => record(scenario, system)));
    for (const scenario of scenarios.filter(({ alone }) => alone)) await record(scenario, system);
  };
  try {
    await unlessBroken(() => openRuns(system.client), recordAll);
  } finally {
    await system.close();
  }
}

const wanted = process.argv.slice(2);
const isWanted = ({ name }: { name: string }) =>
  wanted.length === 0 || wanted.some((part) => name.includes(part));

if (wanted.length === 0) await removeHistories();
const temporal = await startDevServer({ ui: false });
const inbox = await startMerchantInbox();
try {
  const notifying = { MERCHANT_WEBHOOK_URL: inbox.url, MERCHANT_WEBHOOK_SECRET: inbox.secret };
  for (const { scenarios, env } of [
    { scenarios: [...DECISIONS, ...CHARGES, ...PLAN_CHANGES, ...AFTERWARDS], env: {} },
    { scenarios: TIMING, env: { CATALOG: TIMING_OFFERS } },
    { scenarios: NOTIFICATIONS, env: notifying },
  ]) {
    const chosen = scenarios.filter(isWanted);
    if (chosen.length > 0) await recordOn(await openRecordingSystem(temporal, env), chosen);
  }
} finally {
  await inbox.close();
  await temporal.stop();
}
if (isWanted({ name: 'abandoned' })) {
  for (const { file, workflowId, history } of await recordAbandoned()) {
    await writeHistory(file, workflowId, history);
    say(file);
  }
}
await recordScripted(SCRIPTED.filter(isWanted), (name, error) => {
  if (error !== undefined) failed.push(name);
  say(error === undefined ? name : `${name}: ${error instanceof Error ? error.message : JSON.stringify(error)}`);
});
if (failed.length > 0) say(`Not recorded: ${failed.join(', ')}.`);
process.exit(failed.length > 0 ? 1 : 0);
