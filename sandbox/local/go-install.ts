import { mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { executableName } from './cache-folder.js';
import { lastLines, runCommand } from './run-command.js';

/** The last version of Temporal's command line that `go install` accepts: later versions replace modules in go.mod. */
export const GO_PACKAGE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';

const BUILD_TIMEOUT_MINUTES = 20;

/**
 * Builds Temporal's command line with Go, which takes a few minutes, and moves it to `target` in one step.
 *
 * @throws Error when Go is not installed, the build fails, or it takes more than 20 minutes
 */
export async function buildWithGo(
  target: string,
  env: Record<string, string | undefined> = process.env,
): Promise<void> {
  const staging = await mkdtemp(join(dirname(target), 'build-'));
  try {
    await installWithGo([GO_PACKAGE], staging, env);
    await rename(join(staging, executableName('temporal')), target);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/**
 * Installs programs into a folder with `go install`.
 *
 * @throws Error when Go is not installed, the build fails, or it takes more than 20 minutes
 */
export async function installWithGo(
  packages: readonly string[],
  folder: string,
  env: Record<string, string | undefined> = process.env,
): Promise<void> {
  try {
    const { code, output } = await runCommand('go', ['install', '-ldflags=-s -w', ...packages], {
      cwd: folder,
      // The user's own GOOS, GOARCH and GOFLAGS could build for another platform, or into another folder.
      env: { ...env, GOBIN: folder, GOOS: '', GOARCH: '', GOFLAGS: '', GOWORK: 'off' },
      signal: AbortSignal.timeout(BUILD_TIMEOUT_MINUTES * 60_000),
    });
    if (code !== 0) throw new Error(`go install ended with code ${code}: ${lastLines(output)}`);
  } catch (error) {
    throw buildError(error);
  }
}

function buildError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
    return new Error('Go is not installed', { cause: error });
  }
  if (error.name === 'TimeoutError') {
    return new Error(`the build took more than ${BUILD_TIMEOUT_MINUTES} minutes`, { cause: error });
  }
  return error;
}
