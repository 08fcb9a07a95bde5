import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines, runCommand } from './run-command.js';

/** A server the SDK can fetch: the dev server (Temporal's command line) or the time-skipping test server. */
export type SdkDownloadKind = 'dev-server' | 'time-skipping';

const SECOND = 1_000;
/** The SDK's own download has no time limit: a network that drops packets would stall it for minutes. */
const FIRST_BYTE_WITHIN = 20 * SECOND;
const STALLED_AFTER = 45 * SECOND;
const LOOK_EVERY = 500;
/** After the download, the SDK starts the server to try it; waiting longer than this is pointless. */
const START_WITHIN = 15 * SECOND;

/** A CommonJS program for `node -e`. The SDK downloads a server only as part of starting it. */
const DOWNLOADER = `
const { TestWorkflowEnvironment } = require(process.argv[1]);
process.on('SIGTERM', () => process.exit(1));
const server = { executable: { type: 'cached-download', downloadDir: process.argv[3] } };
const start =
  process.argv[2] === 'dev-server'
    ? TestWorkflowEnvironment.createLocal({ server })
    : TestWorkflowEnvironment.createTimeSkipping({ server });
start
  .then((environment) => environment.teardown())
  .then(
    () => process.exit(0),
    (error) => {
      console.error(error.message);
      process.exit(1);
    },
  );
`;

/**
 * Fetches a server with the Temporal SDK's own downloader, in a separate process so that it can be stopped, and
 * moves it to `target` in one step.
 *
 * @throws Error when the SDK's test package is not installed, or the download fails, does not begin within 20
 *   seconds, or makes no progress for 45
 */
export async function downloadWithSdk(
  kind: SdkDownloadKind,
  target: string,
  options: { env?: NodeJS.ProcessEnv; firstByteWithin?: number } = {},
): Promise<void> {
  const testing = testingPackage();
  const staging = await mkdtemp(join(dirname(target), 'download-'));
  try {
    const watch = new AbortController();
    const command = runCommand(process.execPath, ['-e', DOWNLOADER, testing, kind, staging], {
      env: { ...(options.env ?? process.env), NODE_OPTIONS: '' },
      signal: watch.signal,
    });
    const [run] = await Promise.allSettled([
      command,
      stopWhenStuck(staging, command, watch, options.firstByteWithin ?? FIRST_BYTE_WITHIN),
    ]);
    const file = (await readdir(staging)).find((name) => !name.endsWith('.downloading'));
    if (file !== undefined) {
      await rename(join(staging, file), target);
      return;
    }
    if (run.status === 'rejected') throw run.reason;
    throw new Error(lastLines(run.value.output) || `the downloader ended with code ${run.value.code}`);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

function testingPackage(): string {
  try {
    return createRequire(import.meta.url).resolve('@temporalio/testing');
  } catch {
    throw new Error('the package @temporalio/testing is not installed');
  }
}

/** Watches the folder the SDK writes to, and aborts a download that makes no progress. */
async function stopWhenStuck(
  staging: string,
  command: Promise<unknown>,
  watch: AbortController,
  firstByteWithin: number,
): Promise<void> {
  let over = false;
  const markOver = (): void => void (over = true);
  command.then(markOver, markOver);

  let size = 0;
  let progressAt = Date.now();
  while (!over) {
    await sleep(LOOK_EVERY);
    const state = await lookAt(staging);
    if (state.size !== size) {
      size = state.size;
      progressAt = Date.now();
    }
    const idle = Date.now() - progressAt;
    if (state.complete) {
      if (idle > START_WITHIN) watch.abort(new Error('the downloaded server did not start'));
    } else if (size === 0 && idle > firstByteWithin) {
      watch.abort(
        new Error(`no answer from the download service within ${firstByteWithin / SECOND} seconds`),
      );
    } else if (idle > STALLED_AFTER) {
      watch.abort(new Error('the download made no progress for 45 seconds'));
    }
  }
}

async function lookAt(staging: string): Promise<{ size: number; complete: boolean }> {
  const names = await readdir(staging);
  let size = 0;
  for (const name of names) {
    size += await stat(join(staging, name)).then(
      (found) => found.size,
      () => 0,
    );
  }
  return { size, complete: names.some((name) => !name.endsWith('.downloading')) };
}
