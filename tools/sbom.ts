/**
 * `npm run sbom`: prints what production is made of, as `npm sbom` writes it (CycloneDX).
 *
 * It is asked about a copy of the lock file without development dependencies: told to leave them out itself, it also leaves
 * out what they share with production.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Manifest = Record<string, unknown>;
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Manifest;

const { devDependencies: _, scripts: __, ...manifest } = read('package.json');
const lock = read('package-lock.json') as { packages: Record<string, Manifest & { dev?: boolean }> };
const packages = Object.fromEntries(
  Object.entries(lock.packages)
    .filter(([path, { dev }]) => path.startsWith('node_modules/') && dev !== true)
    .concat([['', manifest]]),
);

const folder = mkdtempSync(join(tmpdir(), 'durable-upsells-sbom-'));
try {
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ ...lock, packages }));
  const npm = spawnSync('npm', ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  process.exitCode = npm.status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
