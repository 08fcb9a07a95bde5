/** What production is made of: licences, integrity, and how it is kept up to date. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readRepositoryFile } from './compose.js';

interface Locked {
  license?: string;
  dev?: boolean;
  link?: boolean;
  integrity?: string;
  optional?: boolean;
  peer?: boolean;
  version: string;
}
interface Component {
  name: string;
  version: string;
  hashes?: unknown[];
}
const { packages } = JSON.parse(readRepositoryFile('package-lock.json')) as {
  packages: Record<string, Locked>;
};
const installed = Object.entries(packages).filter(
  ([path, { link }]) => path.startsWith('node_modules/') && !link,
);
const production = installed.filter(([, { dev }]) => dev !== true);

/** `npm sbom` came with 10. */
const npmMajor = Number(execFileSync('npm', ['--version'], { encoding: 'utf8' }).split('.')[0]);

/** Licences that ask for no more than that they are named. */
const LICENCES = [
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'Unlicense',
];
/** Those that were looked at one by one. */
const LOOKED_AT: Record<string, string> = {
  // Data about browsers, for the bundler of workflow code; it is not distributed.
  'node_modules/caniuse-lite': 'CC-BY-4.0',
  // Unlicense: its package.json names none, its LICENSE does.
  'node_modules/unionfs': '',
};

describe('the production dependencies', () => {
  it('have licences that a merchant can use without a thought', () => {
    const others = production.filter(([path, { license = '' }]) => {
      const parts = license.replace(/[()]/g, '').split(/ AND /);
      return !parts.every((part) => LICENCES.includes(part)) && LOOKED_AT[path] !== license;
    });
    expect(others.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
    const paths = production.map(([path]) => path);
    expect(paths).toEqual(expect.arrayContaining(Object.keys(LOOKED_AT)));
  });

  it('are locked with their integrity, in exact versions', () => {
    expect(installed.filter(([, { integrity }]) => !integrity).map(([path]) => path)).toEqual([]);
    const own = JSON.parse(readRepositoryFile('package.json')) as Record<string, Record<string, string>>;
    const wanted = Object.entries({ ...own.dependencies, ...own.devDependencies });
    expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it.skipIf(npmMajor < 10)('are listed as CycloneDX, each with its hash, and nothing else is', () => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const text = execFileSync(process.execPath, ['--import', 'tsx', 'tools/sbom.ts'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    const bom = JSON.parse(text) as { bomFormat: string; components: Component[] };
    expect(bom.bomFormat).toBe('CycloneDX');
    const listed = new Map(bom.components.map((one) => [`${one.name}@${one.version}`, one]));
    for (const [path, { version, optional, peer }] of production) {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const component = listed.get(`${name}@${version}`);
      // Binaries of other platforms are not installed.
      if (optional || peer) continue;
      expect(component?.hashes?.length, `${name}@${version}`).toBeGreaterThan(0);
    }
    expect(bom.components.map(({ name }) => name)).not.toContain('vitest');
  });
});

describe('the policy', () => {
  it('proposes updates every month, at once for vulnerabilities, and pins images by digest', () => {
    const policy = JSON.parse(readRepositoryFile('renovate.json')) as {
      schedule: string[];
      vulnerabilityAlerts: { schedule: string[] };
      packageRules: { matchDatasources?: string[]; pinDigests?: boolean }[];
    };
    expect(policy.schedule.join()).toContain('month');
    expect(policy.vulnerabilityAlerts.schedule).toEqual(['at any time']);
    expect(policy.packageRules).toContainEqual({ matchDatasources: ['docker'], pinDigests: true });
  });

  it('says how to report, and how soon what is mended', () => {
    const policy = readRepositoryFile('SECURITY.md');
    for (const said of ['Reporting a vulnerability', 'critical', 'high', 'medium', 'npm run sbom'])
      expect(policy).toContain(said);
  });
});
