/**
 * Runs a program of this repository from its TypeScript sources, in this process: `node deploy/run.mjs src/server.ts`.
 *
 * The command `tsx` runs it in a child process, which it kills with SIGKILL unless the child confirms a SIGINT or
 * SIGTERM within 60 ms. A process that is busy for so long would never stop in order.
 */
import { spawn } from 'node:child_process';
import module, { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 3)) {
  console.error(`This program needs Node.js 20.3 or later; this is ${process.versions.node}.`);
  process.exit(1);
}

const [program, ...args] = process.argv.slice(2);
if (program === undefined) throw new Error('Name a program: node deploy/run.mjs <file.ts>');

if (module.register !== undefined) {
  process.argv = [process.execPath, resolve(program), ...args];
  await import('tsx');
  await import(pathToFileURL(program).href);
} else {
  // Before Node 20.6, hooks for TypeScript can only be given on the command line.
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child = spawn(process.execPath, ['--no-warnings', '--loader', tsx, program, ...args], {
    stdio: 'inherit',
  });
  // Ctrl-C reaches both processes, SIGTERM only this one.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.once('exit', (code) => process.exit(code ?? 1));
}
