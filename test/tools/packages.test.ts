import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** Builds and packs a package as it would be published. */
async function packed(name: string, folder: string): Promise<Buffer> {
  const source = resolve('packages', name);
  for (const file of ['package.json', 'README.md', 'custom-elements.json'])
    await cp(join(source, file), join(folder, file)).catch(() => undefined);
  const emit = ['--noEmit', 'false', '--declaration', '--outDir', join(folder, 'dist')];
  await run(process.execPath, [tsc, '-p', source, ...emit]);
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--offline'], { cwd: folder });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return readFile(join(folder, filename));
}

it.each(['client', 'dodo-offer'])('packages/%s can be imported with its types, by everyone', async (name) => {
  const folder = await mkdtemp(join(tmpdir(), 'package-'));
  try {
    const tarball = new Uint8Array(await packed(name, folder));
    const { messages } = await publint({ pack: { tarball: tarball.buffer }, strict: true });
    expect(messages).toEqual([]);

    const found = await checkPackage(createPackageFromTarballData(tarball), {
      excludeEntrypoints: ['./custom-elements.json'],
    });
    // The packages are modules of ECMAScript alone, which `require` of older tools does not find.
    const problems = (found.types ? found.problems : []).filter(
      (problem) =>
        !('resolutionKind' in problem && ['node10', 'node16-cjs'].includes(problem.resolutionKind)),
    );
    expect(found.types).toBeTruthy();
    expect(problems).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
