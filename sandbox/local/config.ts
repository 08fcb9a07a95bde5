/** The configuration of a developer's machine: keys and secrets that are not given are generated. */
import { join } from 'node:path';
import type { ServingConfig } from '../../src/config/config.js';
import { loadConfig, tokenSecretsOf, type GivenAuth } from '../../src/config/load.js';
import { ConfigError, type Environment } from '../../src/config/reader.js';
import { keepSecret } from './generated-secrets.js';

/**
 * Loads the configuration of `npm start` or the demo. Keys and the token secret that are not given are generated once
 * and kept under `DATA_DIR`, so that a restart finds them again.
 *
 * @throws ConfigError listing every invalid variable; secrets are never quoted
 */
export function loadLocalConfig(env: Environment, { mode }: { mode: 'start' | 'demo' }): ServingConfig {
  return loadConfig(env, { mode, completeAuth });
}

function completeAuth(given: GivenAuth, dataDir: string): ServingConfig['auth'] {
  const directory = join(dataDir, 'secrets');
  try {
    const { tokenSecret = Buffer.from(keepSecret(directory, 'token-secret', '')), ...earlier } =
      tokenSecretsOf(given.tokenSecrets);
    return {
      apiKeys: given.apiKeys ?? [keepSecret(directory, 'api-key', 'key_backend_')],
      operatorKeys: given.operatorKeys ?? [keepSecret(directory, 'operator-key', 'key_operator_')],
      tokenSecret,
      ...earlier,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([
      { name: 'DATA_DIR', message: `is where generated keys are kept, which failed: ${reason}.` },
    ]);
  }
}
