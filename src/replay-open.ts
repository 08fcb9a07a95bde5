/**
 * `npm run replay-open`: replays every open run of the namespace on this build, and names those that would be stuck on it.
 * Ends with 0 when there are none, else with 1.
 *
 *   --bundle <file>      a bundle of workflow code, in place of that of this build
 *   --task-queue <name>  only runs of this task queue; TEMPORAL_TASK_QUEUE by default, without it all of the namespace
 */
import './node-version.js';
import { parseArgs } from 'node:util';
import { loadDotEnv } from './config/dotenv.js';
import { payloadKeys } from './config/fields.js';
import { ConfigError, createReader } from './config/reader.js';
import { createLogger } from './log.js';
import { run } from './process.js';
import { workflowBundle } from './temporal/bundle.js';
import { connectClient } from './temporal/connect.js';
import { encryptingConverter } from './temporal/payload-codec.js';
import { replayOpen } from './temporal/replay-open.js';
import { installRuntime } from './temporal/runtime.js';

const say = (text: string) => process.stdout.write(`${text}\n`);

await run(async () => {
  loadDotEnv();
  const { values } = parseArgs({
    options: { bundle: { type: 'string' }, 'task-queue': { type: 'string' } },
  });
  // What the SDK says of each run is said here.
  installRuntime(createLogger('silent'));
  const taskQueue = values['task-queue'] ?? (process.env.TEMPORAL_TASK_QUEUE?.trim() || undefined);
  const bundle = values.bundle === undefined ? await workflowBundle() : { codePath: values.bundle };
  const reader = createReader(process.env);
  const keys = reader.optional('TEMPORAL_PAYLOAD_KEYS', payloadKeys);
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  const { connection, client, namespace } = await connectClient({ ...(keys && { payloadKeys: () => keys }) });
  const { runs, broken } = await replayOpen(client, bundle, {
    taskQueue,
    dataConverter: encryptingConverter(keys && (() => keys)),
    onBroken: ({ workflowId, runId, problem }) => say(`${workflowId} (run ${runId}): ${problem}`),
  });
  await connection.close();
  const where = `in the namespace "${namespace}"${taskQueue === undefined ? '' : `, task queue "${taskQueue}"`}`;
  if (broken.length === 0) {
    say(`All open runs ${where} can go on with this build: ${runs} were replayed.`);
    process.exit(0);
  }
  say(`${broken.length} of ${runs} open runs ${where} would be stuck on this build.`);
  process.exit(1);
});
