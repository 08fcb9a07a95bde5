import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDotEnv } from '../../src/config/dotenv.js';
import { loadLocalConfig } from '../../sandbox/local/config.js';
import type { Environment } from '../../src/config/reader.js';
import { PRODUCTION, server, useDataDirectory, WEBHOOK_KEY } from './environments.js';

const directory = useDataDirectory();

describe('.env', () => {
  it('adds only variables that are not set yet', () => {
    const file = join(directory(), '.env');
    const name = `CONFIG_TEST_${randomBytes(4).toString('hex')}`;
    writeFileSync(file, `${name}=from-file\nPATH=from-file\n`);
    expect(loadDotEnv(file)).toBe('loaded');
    expect(process.env[name]).toBe('from-file');
    expect(process.env.PATH).not.toBe('from-file');
    Reflect.deleteProperty(process.env, name);
  });

  it('may be absent', () => {
    expect(loadDotEnv(join(directory(), 'none'))).toBe('absent');
  });

  it('has an example file that names every variable and whose values are valid', () => {
    const example = readFileSync('.env.example', 'utf8');
    const given = [...example.matchAll(/^# ([A-Z_]+)=(.*)$/gm)].map(
      ([, name = '', value = '']): [string, string] => [name, value],
    );
    // Read by the exporter of traces, if it is loaded.
    const ofTraces = ['OTEL_EXPORTER_OTLP_ENDPOINT'];
    expect(given.map(([name]) => name).sort()).toEqual([...readVariables(), ...ofTraces].sort());
    const plain = given.filter(
      ([name, value]) => value !== '' && !value.endsWith('...') && name !== 'DODO_PAYMENTS_BASE_URL',
    );
    expect(() =>
      server({
        ...Object.fromEntries(plain),
        MERCHANT_WEBHOOK_SECRET: WEBHOOK_KEY,
        OIDC_CLIENT_SECRET: 'planted',
      }),
    ).not.toThrow();
  });
});

/** Lists every variable that loading reads, by recording the lookups. */
function readVariables(): string[] {
  const asked = new Set<string>();
  const env = new Proxy(
    { ...PRODUCTION, DATA_DIR: directory() },
    {
      get: (target: Environment, name) => {
        if (typeof name !== 'string') return undefined;
        if (!name.endsWith('_FILE')) asked.add(name);
        return target[name];
      },
    },
  );
  loadLocalConfig(env, { mode: 'start' });
  return [...asked];
}
