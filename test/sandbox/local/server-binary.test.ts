import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { cacheFolder } from '../../../sandbox/local/cache-folder.js';
import {
  findTemporalBinary,
  serverVersionOf,
  type BinarySteps,
} from '../../../sandbox/local/server-binary.js';

/** Writes a program that prints the same as `temporal --version`. */
async function putProgram(folder: string, version = '1.29.1'): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'temporal');
  await writeFile(path, `#!/bin/sh\necho "temporal version 1.5.1 (Server ${version}, UI 2.42.1)"\n`);
  await chmod(path, 0o755);
  return path;
}

describe('the search for a Temporal server', () => {
  let folder: string;
  let cacheDir: string;
  const offline: Partial<BinarySteps> = {
    download: () => Promise.reject(new Error('no answer from the download service within 20 seconds')),
    build: () => Promise.reject(new Error('Go is not installed')),
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'binary-'));
    cacheDir = join(folder, 'cache');
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
  });

  it('prefers the program on the PATH', async () => {
    const path = await putProgram(join(folder, 'usr'));
    await putProgram(cacheDir);
    const env = { PATH: `${join(folder, 'nothing')}:${join(folder, 'usr')}` };
    expect(await findTemporalBinary({ cacheDir, env, steps: offline })).toEqual({
      path,
      source: 'path',
      serverVersion: '1.29.1',
    });
  });

  it('prefers the program in the data folder to the one in the cache folder', async () => {
    const dataDir = join(folder, 'data');
    const options = { dataDir, cacheDir, env: { PATH: '' }, steps: offline };
    const cached = await putProgram(cacheDir);
    expect(await findTemporalBinary(options)).toMatchObject({ path: cached, source: 'cache' });
    const own = await putProgram(join(dataDir, 'bin'));
    expect(await findTemporalBinary(options)).toMatchObject({ path: own, source: 'data-dir' });
  });

  it('skips a program on the PATH that is too old or something else', async () => {
    const cached = await putProgram(cacheDir);
    await putProgram(join(folder, 'old'), '1.25.0');
    const env = { PATH: join(folder, 'old') };
    expect(await findTemporalBinary({ cacheDir, env, steps: offline })).toMatchObject({ path: cached });
    await expect(serverVersionOf(process.execPath)).rejects.toThrow("is not Temporal's command line");
  });

  it('downloads into the cache folder when there is no program', async () => {
    const steps = { ...offline, download: async () => void (await putProgram(cacheDir)) };
    const options = { cacheDir, env: { PATH: '' }, steps };
    expect(await findTemporalBinary(options)).toMatchObject({ source: 'download' });
    expect(await findTemporalBinary(options)).toMatchObject({ source: 'cache' });
  });

  it('builds with Go when the download fails', async () => {
    const steps = { ...offline, build: async () => void (await putProgram(cacheDir)) };
    expect(await findTemporalBinary({ cacheDir, env: { PATH: '' }, steps })).toMatchObject({
      source: 'go',
      path: join(cacheDir, 'temporal'),
    });
  });

  it('builds with Go when the downloaded program does not run', async () => {
    const steps = {
      download: async () => void (await putProgram(cacheDir, '0.9.0')),
      build: async () => void (await putProgram(cacheDir)),
    };
    expect(await findTemporalBinary({ cacheDir, env: { PATH: '' }, steps })).toMatchObject({ source: 'go' });
  });

  it('fetches only once when several searches run at the same time', async () => {
    const build = vi.fn(async () => void (await putProgram(cacheDir)));
    const options = { cacheDir, env: { PATH: '' }, steps: { ...offline, build } };
    const found = await Promise.all(Array.from({ length: 4 }, () => findTemporalBinary(options)));
    expect(build).toHaveBeenCalledOnce();
    expect(found.map(({ source }) => source).sort()).toEqual(['cache', 'cache', 'cache', 'go']);
    expect(await readdir(cacheDir)).toEqual(['temporal', 'temporal.lock']);
  });

  it('fails with a list of every place and why it could not be used', async () => {
    const dataDir = join(folder, 'data');
    const search = findTemporalBinary({ dataDir, cacheDir, env: { PATH: '' }, steps: offline });
    const message = await search.then(
      () => '',
      (error: Error) => error.message,
    );
    expect(message.split('\n')).toEqual([
      "Temporal's server was not found and could not be fetched. Tried in this order:",
      '  - a temporal program on the PATH: not found',
      `  - ${join(dataDir, 'bin', 'temporal')}: not found`,
      `  - ${join(cacheDir, 'temporal')}: not found`,
      "  - the Temporal SDK's download: no answer from the download service within 20 seconds",
      '  - go install github.com/temporalio/cli/cmd/temporal@v1.5.1: Go is not installed',
      expect.stringContaining('Set TEMPORAL_ADDRESS to a running Temporal server'),
    ]);
  });
});

describe('the cache folder', () => {
  it('is in the usual location of the platform', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/var/cache/me' }, 'linux')).toBe('/var/cache/me/durable-upsells');
    expect(cacheFolder({}, 'linux')).toMatch(/\/\.cache\/durable-upsells$/);
    expect(cacheFolder({}, 'darwin')).toMatch(/\/Library\/Caches\/durable-upsells$/);
  });
});
