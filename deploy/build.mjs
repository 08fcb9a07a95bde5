/**
 * `npm run build`: compiles the production processes and bundles the workflow code into `dist/`.
 * An argument names another output folder, from which Node must also be able to find the dependencies. The output of
 * an earlier build is removed first.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = resolve(process.argv[2] ?? join(root, 'dist'));
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** Files that are read at run time but not copied by the compiler. */
const ASSETS = ['src/ledger/migrations', 'src/temporal/failure-converter.cjs'];
const OWN_FOLDERS = ['src', 'workflows', 'activities', 'elements', 'workflow-bundle.js'];

for (const name of OWN_FOLDERS) rmSync(join(out, name), { recursive: true, force: true });
run(tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', out);
for (const path of ASSETS) cpSync(join(root, path), join(out, path), { recursive: true });
run(join(out, 'src/temporal/build-bundle.js'));
const { buildElements } = await import(pathToFileURL(join(out, 'src/http/elements/bundle.js')).href);
mkdirSync(join(out, 'elements'));
for (const [name, body] of await buildElements(join(root, 'packages/dodo-offer/src'), root)) {
  writeFileSync(join(out, 'elements', name), body);
}

function run(...args) {
  const { status, signal, error } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) {
    process.stderr.write(`The build failed: ${args[0]} ended with ${signal ?? `code ${status}`}.\n`);
    process.exit(status ?? 1);
  }
}
