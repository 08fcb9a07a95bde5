import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readRepositoryFile } from './compose.js';

interface Instruction {
  keyword: string;
  text: string;
}

/** Parses instructions, without comments and with continued lines joined. */
function instructionsOf(dockerfile: string): Instruction[] {
  const lines = dockerfile
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  return lines.flatMap((line) => {
    const [, keyword, text] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
    return keyword && text ? [{ keyword, text }] : [];
  });
}

const instructions = instructionsOf(readRepositoryFile('Dockerfile'));
const all = (keyword: string) => instructions.flatMap((one) => (one.keyword === keyword ? [one.text] : []));
const stages = all('FROM').map((text) => text.split(' AS ') as [string, string]);
const lastStage = instructions.slice(instructions.findLastIndex(({ keyword }) => keyword === 'FROM'));
const inLastStage = (keyword: string) =>
  lastStage.flatMap((one) => (one.keyword === keyword ? [one.text] : []));

/** The paths that .dockerignore includes. Everything else is excluded. */
const sent = readRepositoryFile('.dockerignore')
  .split('\n')
  .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));

describe('the image', () => {
  it('is Debian with one Node version in every stage, because the native library needs glibc', () => {
    const names = stages.map(([, name]) => name);
    const bases = stages.map(([base]) => base).filter((base) => !names.includes(base));
    expect(new Set(bases).size).toBe(1);
    expect(bases[0]).toMatch(/^node:\d+\.\d+\.\d+-bookworm-slim$/);
  });

  it('runs a version of Node that the package supports', () => {
    const major = Number(/^node:(\d+)/.exec(stages[0]?.[0] ?? '')?.[1]);
    expect(major).toBeGreaterThanOrEqual(22);
  });

  it('runs as a numeric user other than root, which owns no file', () => {
    const [user = ''] = inLastStage('USER');
    expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(instructions.some(({ text }) => text.includes('--chown'))).toBe(false);
    const after = lastStage.slice(lastStage.findIndex(({ keyword }) => keyword === 'USER'));
    expect(after.map(({ keyword }) => keyword)).not.toContain('RUN');
  });

  it('installs from the lock file, and contains only production dependencies', () => {
    expect(all('RUN').some((text) => /npm (install|i)\b/.test(text))).toBe(false);
    expect(inLastStage('RUN')).toEqual([]);
    expect(inLastStage('COPY')).toContain('--from=dependencies /app/node_modules node_modules');
    expect(all('RUN').some((text) => text.includes('npm ci --omit=dev'))).toBe(true);
  });

  it('has no loader of TypeScript, no bundler and no embedded database', () => {
    const removed = all('RUN')
      .filter((text) => text.startsWith('rm -r '))
      .join(' ');
    for (const name of ['tsx', 'esbuild', '@esbuild', '@electric-sql'])
      expect(removed).toContain(`node_modules/${name}`);
  });

  it('runs in production mode, in which the worker uses the prebuilt workflow bundle', () => {
    expect(inLastStage('ENV')).toContain('NODE_ENV=production');
  });

  it('has a health check, starts the API, and stops on SIGTERM', () => {
    expect(inLastStage('HEALTHCHECK')[0]).toContain('CMD ["node", "deploy/health/api.mjs", "/healthz"]');
    expect(inLastStage('CMD')).toEqual(['["node", "dist/src/server.js"]']);
    expect(inLastStage('STOPSIGNAL')).toEqual(['SIGTERM']);
  });

  it('has no variable or argument that looks like a secret', () => {
    expect([...all('ENV'), ...all('ARG')].join('\n')).not.toMatch(/KEY|SECRET|PASSWORD|TOKEN/i);
  });
});

describe('the build context', () => {
  it('is an allow list', () => {
    expect(readRepositoryFile('.dockerignore')).toMatch(/^\*$/m);
    expect(sent.some((path) => path.startsWith('.env') || path.startsWith('test'))).toBe(false);
  });

  it('includes everything that is copied, and all of it exists', () => {
    const copied = all('COPY')
      .filter((text) => !text.startsWith('--from='))
      .flatMap((text) => text.split(' ').slice(0, -1));
    for (const path of copied) {
      expect(existsSync(fileURLToPath(new URL(`../../${path}`, import.meta.url))), path).toBe(true);
      expect(sent).toContain(path);
    }
  });
});
