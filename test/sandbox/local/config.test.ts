import { keyText } from '../../../src/config/keys.js';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadLocalConfig } from '../../../sandbox/local/config.js';
import { mistakes, PRODUCTION, server, start, useDataDirectory } from '../../config/environments.js';

const directory = useDataDirectory();

describe('generated secrets', () => {
  it('are made once, survive a restart and are readable by the owner only', () => {
    const first = start();
    const second = loadLocalConfig({ DATA_DIR: directory() }, { mode: 'demo' });
    expect(second.auth).toEqual(first.auth);
    expect(first.auth.tokenSecret.length).toBeGreaterThanOrEqual(32);
    for (const name of ['api-key', 'operator-key', 'token-secret']) {
      expect(statSync(join(directory(), 'secrets', name)).mode & 0o777).toBe(0o600);
    }
    expect(first.auth.apiKeys[0]).toMatch(/^key_backend_.{43}$/);
    expect(
      server({
        API_KEYS: keyText(first.auth.apiKeys[0] ?? ''),
        OPERATOR_KEYS: keyText(first.auth.operatorKeys[0] ?? ''),
      }),
    ).toBeDefined();
  });

  it('are made only for variables that are not set', () => {
    const { auth } = start({ API_KEYS: PRODUCTION.API_KEYS, TOKEN_SECRET: PRODUCTION.TOKEN_SECRET });
    expect(auth.apiKeys).toEqual([PRODUCTION.API_KEYS]);
    expect(auth.tokenSecret.toString()).toBe(PRODUCTION.TOKEN_SECRET);
    expect(auth.operatorKeys[0]).toMatch(/^key_operator_.{43}$/);
    expect(existsSync(join(directory(), 'secrets', 'api-key'))).toBe(false);
  });

  it('are not made for an invalid configuration', () => {
    mistakes(() => start({ PORT: 'x' }));
    expect(existsSync(join(directory(), 'secrets'))).toBe(false);
  });

  it('lead to an error that names the damaged file, or the unusable directory', () => {
    start();
    const file = join(directory(), 'secrets', 'api-key');
    chmodSync(file, 0o600);
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 20));
    expect(mistakes(() => start())).toEqual({
      DATA_DIR: expect.stringContaining(`${file} is damaged`) as string,
    });
    const blocked = join(directory(), 'blocked');
    writeFileSync(blocked, '');
    expect(mistakes(() => start({ DATA_DIR: blocked }))).toHaveProperty('DATA_DIR');
  });
});
