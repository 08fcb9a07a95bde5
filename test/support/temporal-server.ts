/** Temporal's production server (not the development one), built once with Go and kept in the user's cache folder. */
import { access, cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../sandbox/local/cache-folder.js';
import { withLock } from '../../sandbox/local/folder-lock.js';
import { installWithGo } from '../../sandbox/local/go-install.js';
import { withProgress } from '../../sandbox/local/progress.js';
import { lastLines, runCommand } from '../../sandbox/local/run-command.js';

const VERSION = 'v1.29.1';
const MODULE = 'go.temporal.io/server';

export interface ServerPrograms {
  server: string;
  sqlTool: string;
  /** The folder with `temporal/versioned/` and `visibility/versioned/`. */
  schema: string;
}

const folder = () => join(cacheFolder(), `temporal-server-${VERSION}`);

/** Returns the programs, if they were built before. */
export async function builtServer(): Promise<ServerPrograms | undefined> {
  const programs = programsIn(folder());
  return await access(programs.server).then(
    () => programs,
    () => undefined,
  );
}

/**
 * Returns the programs. Builds them first if necessary, which takes minutes.
 *
 * @throws Error if Go is not installed or the build fails
 */
export async function buildServer(): Promise<ServerPrograms> {
  const target = folder();
  await mkdir(dirname(target), { recursive: true });
  return await withLock(`${target}.lock`, async () => {
    const meanwhile = await builtServer();
    if (meanwhile) return meanwhile;
    const staging = await mkdtemp(`${target}-`);
    try {
      await withProgress(`Building Temporal's server ${VERSION} with Go, once; this takes minutes`, () =>
        build(staging),
      );
      await rename(staging, target);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
    return programsIn(target);
  });
}

function programsIn(place: string): ServerPrograms {
  return { server: join(place, 'server'), sqlTool: join(place, 'sql'), schema: join(place, 'schema') };
}

async function build(staging: string): Promise<void> {
  const programs = ['cmd/server', 'cmd/tools/sql'].map((path) => `${MODULE}/${path}@${VERSION}`);
  await installWithGo(programs, staging);
  const { code, output } = await runCommand('go', ['mod', 'download', '-json', `${MODULE}@${VERSION}`], {
    cwd: staging,
    env: { ...process.env, GOFLAGS: '', GOWORK: 'off' },
  });
  if (code !== 0) throw new Error(`go mod download ended with code ${code}: ${lastLines(output)}`);
  const { Dir } = JSON.parse(output.slice(output.indexOf('{'))) as { Dir: string };
  await cp(join(Dir, 'schema', 'postgresql', 'v12'), programsIn(staging).schema, { recursive: true });
}
