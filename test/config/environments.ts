/** Environments to load configurations from. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { loadLocalConfig } from '../../sandbox/local/config.js';
import { loadConfig } from '../../src/config/load.js';
import { ConfigError, type Environment } from '../../src/config/reader.js';

export const WEBHOOK_KEY = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
export const SECOND_WEBHOOK_KEY = `whsec_${Buffer.alloc(64, 2).toString('base64')}`;

/** Everything a server needs. `planted` marks values that no error may quote. */
export const PRODUCTION: Environment = {
  DODO_PAYMENTS_ENVIRONMENT: 'test_mode',
  DODO_PAYMENTS_API_KEY: 'dodo_test_planted',
  DODO_PAYMENTS_WEBHOOK_KEY: WEBHOOK_KEY,
  DATABASE_URL: 'postgres://upsells:planted@db:5432/upsells',
  API_KEYS: 'planted-backend-key-0123456789',
  OPERATOR_KEYS: 'planted-operator-key-0123456789',
  TOKEN_SECRET: 'planted-token-secret-0123456789abcdef',
};

/** What a server in live mode adds to it. */
export const LIVE: Environment = {
  DODO_PAYMENTS_ENVIRONMENT: 'live_mode',
  DODO_PAYMENTS_API_KEY: 'dodo_live_planted',
  DODO_PAYMENTS_WEBHOOK_KEY: `whsec_${Buffer.from('0123456789abcdefghijklmnop').toString('base64')}`,
  APP_URL: 'https://shop.example',
};

let directory: string;

/** Gives each test of a file a data directory of its own, and returns a function that names it. */
export function useDataDirectory(): () => string {
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'config-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });
  return () => directory;
}

export const start = (env: Environment = {}) =>
  loadLocalConfig({ DATA_DIR: directory, ...env }, { mode: 'start' });

export const server = (env: Environment = {}) => loadConfig({ ...PRODUCTION, ...env }, { mode: 'server' });

/** Returns the problems of a configuration that must be invalid, by variable. */
export function mistakes(action: () => unknown): Record<string, string> {
  try {
    action();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const { name, message } of error.problems) expect(error.message).toContain(`\n  ${name} ${message}`);
    expect(error.message).not.toContain('planted');
    return Object.fromEntries(error.problems.map(({ name, message }) => [name, message]));
  }
  throw new Error('The configuration was expected to be invalid.');
}
