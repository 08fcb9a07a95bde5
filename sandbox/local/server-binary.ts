import { access, constants, mkdir, stat } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { cacheFolder, executableName } from './cache-folder.js';
import { buildWithGo, GO_PACKAGE } from './go-install.js';
import { withLock } from './folder-lock.js';
import { withProgress } from './progress.js';
import { runCommand } from './run-command.js';
import { downloadWithSdk } from './sdk-download.js';

/** Required by poller autoscaling and by the way request ids make signals unique. */
const OLDEST_SERVER = { major: 1, minor: 28 };
const VERSION_TIMEOUT = 30_000;

export type BinarySource = 'path' | 'data-dir' | 'cache' | 'download' | 'go';

export interface ServerBinary {
  path: string;
  source: BinarySource;
  /** As the program prints it: `1.29.1`. */
  serverVersion: string;
}

export interface BinaryOptions {
  /** A folder whose `bin/temporal` is preferred to the one in the user's cache folder. */
  dataDir?: string;
  /** Folder for a program that has to be fetched; default: the user's cache folder. */
  cacheDir?: string;
  env?: Record<string, string | undefined>;
  steps?: Partial<BinarySteps>;
}

/** The steps of the search that touch the outside world; tests replace them. */
export interface BinarySteps {
  /** Returns the server version in a program, or throws an Error that says why it cannot be used. */
  inspect: (path: string) => Promise<string>;
  /** Puts a program at `target`, or throws. */
  download: (target: string) => Promise<void>;
  build: (target: string) => Promise<void>;
}

const realSteps: BinarySteps = {
  inspect: serverVersionOf,
  download: (target) =>
    withProgress("Downloading Temporal's server, once", () => downloadWithSdk('dev-server', target)),
  build: (target) =>
    withProgress("Building Temporal's server with Go, once; this takes a few minutes", () =>
      buildWithGo(target),
    ),
};

/**
 * Finds a `temporal` program to run the dev server with, and fetches one if there is none. The order is: the PATH,
 * `bin` in the data folder, the user's cache folder, the Temporal SDK's download, `go install`.
 *
 * @throws Error that lists every place and why it could not be used
 */
export async function findTemporalBinary(options: BinaryOptions = {}): Promise<ServerBinary> {
  const env = options.env ?? process.env;
  const steps = { ...realSteps, ...options.steps };
  const cached = join(resolve(options.cacheDir ?? cacheFolder(env)), executableName('temporal'));
  const failures: string[] = [];

  const existing = async (): Promise<ServerBinary | undefined> => {
    failures.length = 0;
    const onPath = await searchPath(env);
    const places: { source: BinarySource; path: string | undefined; place: string }[] = [
      { source: 'path', path: onPath, place: 'a temporal program on the PATH' },
    ];
    if (options.dataDir !== undefined) {
      const path = join(resolve(options.dataDir), 'bin', executableName('temporal'));
      places.push({ source: 'data-dir', path, place: path });
    }
    places.push({ source: 'cache', path: cached, place: cached });
    for (const { source, path, place } of places) {
      if (path === undefined || !(await isExecutable(path))) {
        failures.push(`${place}: not found`);
        continue;
      }
      const found = await tryBinary(steps, source, path);
      if (typeof found !== 'string') return found;
      failures.push(`${path}: ${found}`);
    }
    return undefined;
  };

  const atHand = await existing();
  if (atHand) return atHand;

  await mkdir(dirname(cached), { recursive: true });
  return await withLock(`${cached}.lock`, async () => {
    // Another process may have fetched one while this process waited for the lock.
    const meanwhile = await existing();
    if (meanwhile) return meanwhile;
    const ways: { source: BinarySource; name: string; fetch: (target: string) => Promise<void> }[] = [
      { source: 'download', name: "the Temporal SDK's download", fetch: steps.download },
      { source: 'go', name: `go install ${GO_PACKAGE}`, fetch: steps.build },
    ];
    for (const { source, name, fetch } of ways) {
      const found = await fetch(cached).then(
        () => tryBinary(steps, source, cached),
        (error: unknown) => reasonOf(error),
      );
      if (typeof found !== 'string') return found;
      failures.push(`${name}: ${found}`);
    }
    throw new Error(
      [
        "Temporal's server was not found and could not be fetched. Tried in this order:",
        ...failures.map((failure) => `  - ${failure}`),
        'Set TEMPORAL_ADDRESS to a running Temporal server, or put the temporal program ' +
          '(https://docs.temporal.io/cli) on the PATH, or install Go 1.24 or later and start again.',
      ].join('\n'),
    );
  });
}

/**
 * Returns the version of the server inside a `temporal` program.
 *
 * @throws Error with an explanation when the program does not run, is something else, or is too old
 */
export async function serverVersionOf(path: string): Promise<string> {
  const { output } = await runCommand(path, ['--version'], { signal: AbortSignal.timeout(VERSION_TIMEOUT) });
  const match = /\(Server (\d+)\.(\d+)\.(\S+?),/.exec(output);
  if (!match) throw new Error("is not Temporal's command line");
  const [major, minor] = [Number(match[1]), Number(match[2])];
  const { major: oldMajor, minor: oldMinor } = OLDEST_SERVER;
  const version = `${match[1]}.${match[2]}.${match[3]}`;
  if (major < oldMajor || (major === oldMajor && minor < oldMinor)) {
    throw new Error(`contains server ${version}; ${oldMajor}.${oldMinor} or later is needed`);
  }
  return version;
}

async function tryBinary(
  steps: BinarySteps,
  source: BinarySource,
  path: string,
): Promise<ServerBinary | string> {
  try {
    return { path, source, serverVersion: await steps.inspect(path) };
  } catch (error) {
    return reasonOf(error);
  }
}

async function searchPath(env: Record<string, string | undefined>): Promise<string | undefined> {
  for (const folder of (env.PATH ?? env.Path ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, executableName('temporal'));
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
