/** Reads as much of the configuration as is valid, so that one mistake does not hide what else is wrong. */
import { randomBytes } from 'node:crypto';
import type { Config } from '../../src/config/config.js';
import { loadConfig } from '../../src/config/load.js';
import { ConfigError, type ConfigProblem, type Environment } from '../../src/config/reader.js';
import type { DodoTarget } from '../../src/dodo/client.js';

export interface DodoSubject {
  target: DodoTarget;
  apiKey: string;
  webhookSecrets: readonly Buffer[];
  requestsPerMinute?: number;
}

/** What the doctor examines. */
export interface Subject {
  config: Config;
  /** The mistakes in the environment. What they concern is left at its default in `config`. */
  problems: readonly ConfigProblem[];
  /** Undefined when no Dodo is configured. */
  dodo?: DodoSubject;
  /** Where Dodo's webhooks should arrive. */
  webhookUrl: string;
  /** Whether the configuration is for the production processes, which bring neither Temporal nor a ledger of their own. */
  isProduction: boolean;
  /** The key as given, to be able to say what is wrong with it. */
  keyText?: string;
}

const TARGETS = ['DODO_PAYMENTS_ENVIRONMENT', 'DODO_PAYMENTS_BASE_URL'];
const MAX_TRIES = 6;

/**
 * Reads an environment.
 *
 * @param publicUrl the origin under which Dodo reaches the API; `APP_URL` by default
 */
export function readSubject(env: Environment, publicUrl?: string): Subject {
  const isProduction = isSet(env, 'DATABASE_URL') || isSet(env, 'DATABASE_URL_FILE');
  const problems = problemsOf(env, isProduction);
  const config = loadLeniently(env);
  const { dodo } = config;
  if (!TARGETS.some((name) => isSet(env, name)) && !problems.some(({ name }) => TARGETS.includes(name))) {
    problems.push({
      name: 'DODO_PAYMENTS_ENVIRONMENT',
      message:
        'is missing, and so is DODO_PAYMENTS_BASE_URL; the doctor examines the Dodo that one of them names.',
    });
  }
  return {
    config,
    problems,
    ...(!dodo.sandbox && { dodo }),
    webhookUrl: new URL('/webhooks/dodo', publicUrl ?? config.appUrl).href,
    isProduction,
    keyText: env.DODO_PAYMENTS_API_KEY?.trim(),
  };
}

function isSet(env: Environment, name: string): boolean {
  return (env[name]?.trim() ?? '') !== '';
}

function problemsOf(env: Environment, isProduction: boolean): ConfigProblem[] {
  try {
    if (isProduction) loadConfig(env, { mode: 'server' });
    else loadConfig(env, { mode: 'start', completeAuth });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return [...error.problems];
    throw error;
  }
}

/** Loads a configuration without the variables that are invalid. */
function loadLeniently(env: Environment): Config {
  let rest = env;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    try {
      return loadConfig(rest, { mode: 'start', completeAuth });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const wrong = error.problems.flatMap(({ name }) => [name, `${name}_FILE`, name.replace(/_FILE$/, '')]);
      // A key that is missing for a target: without the target nothing is missing.
      const isStuck = wrong.every((name) => !isSet(rest, name));
      const left = isStuck ? [...wrong, ...TARGETS] : wrong;
      rest = Object.fromEntries(Object.entries(rest).filter(([name]) => !left.includes(name)));
    }
  }
  return loadConfig({}, { mode: 'start', completeAuth });
}

/** Keys of our own are of no interest here, and none are kept. */
function completeAuth({ apiKeys, operatorKeys, tokenSecret }: Partial<Config['auth']>) {
  return {
    apiKeys: apiKeys ?? [],
    operatorKeys: operatorKeys ?? [],
    tokenSecret: tokenSecret ?? randomBytes(32),
  };
}
