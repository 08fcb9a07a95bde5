/**
 * Proves that every rule about imports bites. `architecture/` is a tree of its own, laid out like the repository: a file
 * (or folder) with the name of a rule breaks that rule, and all other files are allowed to import what they do.
 * That the repository itself breaks none is checked by `npm run arrows`.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const require = createRequire(import.meta.url);
const repository = fileURLToPath(new URL('..', import.meta.url));
const tree = fileURLToPath(new URL('architecture', import.meta.url));

interface Violation {
  rule: { name: string };
  from: string;
}

const { forbidden, options } = require('../.dependency-cruiser.cjs') as {
  forbidden: { name: string }[];
  options: { exclude: { path: string } };
};
const rules = forbidden.map(({ name }) => name);
/** Returns what a file in the tree is there to break, if anything. */
const brokenBy = (file: string) => rules.find((rule) => file.split(/[/.]/).includes(rule));

let violations: Violation[];
beforeAll(() => {
  const { scripts } = require('../package.json') as { scripts: { arrows: string } };
  const folders = scripts.arrows.split(' ').slice(1);
  const program = fileURLToPath(
    new URL('../node_modules/dependency-cruiser/bin/dependency-cruise.mjs', import.meta.url),
  );
  const { stdout } = spawnSync(
    process.execPath,
    [
      program,
      ...folders.slice(0, folders.indexOf('--config')),
      ...['--config', `${repository}.dependency-cruiser.cjs`],
      ...['--ts-config', `${repository}tsconfig.json`],
      ...['--output-type', 'json'],
    ],
    { cwd: tree, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 },
  );
  ({ violations } = (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary);
});

describe('the rules about imports', () => {
  it.each(rules)('%s: stops the file that breaks it', (rule) => {
    const stopped = violations.filter(({ from }) => brokenBy(from) === rule).map((one) => one.rule.name);
    expect(stopped).toContain(rule);
  });

  it('let all other files import what they may', () => {
    expect(violations.filter(({ from }) => brokenBy(from) === undefined)).toEqual([]);
  });

  it('leave this tree out when they check the repository', () => {
    expect('test/architecture/src/worker.ts').toMatch(new RegExp(options.exclude.path));
    expect('test/architecture.test.ts').not.toMatch(new RegExp(options.exclude.path));
  });
});
