import { access, chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { createLogger } from '../../src/log.js';
import { cacheFolder, executableName } from '../local/cache-folder.js';
import { withLock } from '../local/folder-lock.js';
import { withProgress } from '../local/progress.js';
import { lastLines, runCommand } from '../local/run-command.js';
import { installRuntime } from '../../src/temporal/runtime.js';
import { downloadWithSdk } from '../local/sdk-download.js';
import { indexedValueTypes } from '../../src/temporal/search-attributes.js';

const MAVEN_VERSION = '1.38.0';
const MAVEN_ARTIFACT = `io.temporal:temporal-test-server:${MAVEN_VERSION}`;
/** Silences the warning of the server's logging library that it has no backend. */
const NO_LOGGING_ARTIFACT = 'org.slf4j:slf4j-nop:1.7.36';
const MAVEN_TIMEOUT = 10 * 60_000;

/**
 * Starts a Temporal environment whose clock jumps ahead while the result of a workflow is awaited. There is one clock
 * per environment, so its tests must run one after the other. Call `teardown()` at the end.
 *
 * @throws Error when the test server is neither installed nor obtainable
 */
export async function timeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  installRuntime(createLogger(process.env.LOG_LEVEL ?? 'error'));
  const server = { executable: { type: 'existing-path' as const, path: await findTestServer() } };
  const start = (): Promise<TestWorkflowEnvironment> =>
    TestWorkflowEnvironment.createTimeSkipping({ server });
  // The SDK waits five seconds for the server, which a busy machine may exceed several times.
  const environment = await start().catch(start).catch(start).catch(start).catch(start);
  try {
    await environment.connection.operatorService.addSearchAttributes({
      namespace: environment.namespace ?? 'default',
      searchAttributes: indexedValueTypes(),
    });
    return environment;
  } catch (error) {
    await environment.teardown();
    throw error;
  }
}

/**
 * Finds the time-skipping test server: in the cache folder, else by the SDK's download, else from Maven Central with
 * a script that runs it with Java.
 */
export async function findTestServer(folder = cacheFolder()): Promise<string> {
  const downloaded = join(folder, executableName('temporal-test-server'));
  const scripted = join(folder, `temporal-test-server-${MAVEN_VERSION}`, 'temporal-test-server');
  const existing = async (): Promise<string | undefined> => {
    for (const path of [downloaded, scripted]) if (await exists(path)) return path;
    return undefined;
  };
  const atHand = await existing();
  if (atHand !== undefined) return atHand;

  await mkdir(folder, { recursive: true });
  return await withLock(join(folder, 'temporal-test-server.lock'), async () => {
    const meanwhile = await existing();
    if (meanwhile !== undefined) return meanwhile;
    const failures: string[] = [];
    try {
      await withProgress("Downloading Temporal's time-skipping test server, once", () =>
        downloadWithSdk('time-skipping', downloaded),
      );
      return downloaded;
    } catch (error) {
      failures.push(`the Temporal SDK's download: ${reasonOf(error)}`);
    }
    try {
      await withProgress("Fetching Temporal's time-skipping test server with Maven, once", () =>
        fetchWithMaven(dirname(scripted)),
      );
      return scripted;
    } catch (error) {
      failures.push(`${MAVEN_ARTIFACT} with Maven and Java: ${reasonOf(error)}`);
    }
    throw new Error(
      `Could not get Temporal's time-skipping test server.\n${failures.map((line) => `  - ${line}`).join('\n')}\n` +
        'Connect to the internet, or install Java 11 or later and Maven.',
    );
  });
}

/** Installs the server, its libraries and a script to run it into `target`, atomically. */
async function fetchWithMaven(target: string): Promise<void> {
  await runOrThrow('java', ['-version']);
  const staging = await mkdtemp(`${target}-`);
  try {
    const pom = join(staging, 'pom.xml');
    const libraries = join(staging, 'lib');
    await writeFile(pom, projectFile());
    await runOrThrow('mvn', [
      '--batch-mode',
      '--quiet',
      '--file',
      pom,
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${libraries}`,
    ]);
    if ((await readdir(libraries)).length === 0) throw new Error('Maven copied nothing');
    const script = join(staging, 'temporal-test-server');
    await writeFile(script, launcher(join(target, 'lib')));
    await chmod(script, 0o755);
    await rm(target, { recursive: true, force: true });
    await rename(staging, target);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

function projectFile(): string {
  const dependencies = [MAVEN_ARTIFACT, NO_LOGGING_ARTIFACT].map((coordinates) => {
    const [group, artifact, version] = coordinates.split(':');
    return (
      `<dependency><groupId>${group}</groupId>` +
      `<artifactId>${artifact}</artifactId><version>${version}</version></dependency>`
    );
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId>
  <artifactId>test-server</artifactId>
  <version>1</version>
  <dependencies>${dependencies.join('')}</dependencies>
</project>
`;
}

/**
 * Returns the script that runs the server. It is short-lived, so it is tuned to start quickly. The loop stops it when
 * the test process was killed first.
 */
function launcher(libraries: string): string {
  return `#!/bin/sh
parent=$PPID
self=$$
(
  while kill -0 "$parent" && kill -0 "$self"; do sleep 1; done
  kill -9 "$self"
) </dev/null >/dev/null 2>&1 &
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -Xmx512m \\
  -cp '${libraries}/*' io.temporal.testserver.TestServer "$@"
`;
}

async function runOrThrow(command: string, args: readonly string[]): Promise<void> {
  const result = await runCommand(command, args, { signal: AbortSignal.timeout(MAVEN_TIMEOUT) }).catch(
    (error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? new Error(`${command} is not installed`) : error;
    },
  );
  if (result.code !== 0)
    throw new Error(`${command} ended with code ${result.code}: ${lastLines(result.output)}`);
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
