import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { POLL_LIMITS } from '../../sandbox/local/poll-limits.js';
import { loadConfig } from '../../src/config/load.js';
import {
  environmentOf,
  loadCompose,
  namesInEnvFile,
  parseCompose,
  parseEnvFile,
  readRepositoryFile,
} from './compose.js';

const example = readRepositoryFile('deploy/compose.env.example');

/** Values that a person fills in. */
const FILLED_IN: Record<string, string> = {
  POSTGRES_PASSWORD: 'aaaaaaaaaaaaaaaa',
  TEMPORAL_DB_PASSWORD: 'bbbbbbbbbbbbbbbb',
  LEDGER_DB_PASSWORD: 'cccccccccccccccc',
  DODO_PAYMENTS_API_KEY: 'dodo_test_key',
  DODO_PAYMENTS_WEBHOOK_KEY: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
  API_KEYS: 'key_backend_0123456789abcdef',
  OPERATOR_KEYS: 'key_operator_0123456789abcdef',
  TOKEN_SECRET: 'a secret of the tests, longer than 32 bytes',
  APP_URL: 'https://shop.example',
};
const variables = { ...parseEnvFile(example), ...FILLED_IN };

const written = parseCompose();
const { services, networks, volumes } = loadCompose(variables);
const serviceNames = Object.keys(services);
const service = (name: string) => {
  const found = services[name];
  if (!found) throw new Error(`docker-compose.yml has no service "${name}"`);
  return found;
};

const ONE_SHOTS = ['temporal-schema', 'temporal-namespace'];
const OWN = ['api', 'worker'] as const;
const ONLY_IN_THE_API = [
  'ACCEPT_WAIT',
  'ALLOWED_ORIGINS',
  'API_KEYS',
  'DODO_PAYMENTS_WEBHOOK_KEY',
  'HOST',
  'OIDC_CLIENT_ID',
  'OIDC_CLIENT_SECRET',
  'OIDC_ISSUER',
  'OIDC_OPERATORS',
  'OIDC_REDIRECT_URL',
  'OPERATOR_KEYS',
  'PORT',
  'SECOND_OPERATOR',
  'TOKEN_SECRET',
  'TRUST_PROXY',
];
const longRunning = serviceNames.filter((name) => !ONE_SHOTS.includes(name));

describe('the example of an environment', () => {
  it('leaves empty exactly the values that a person has to fill in', () => {
    const empty = Object.entries(parseEnvFile(example)).flatMap(([name, value]) =>
      value === '' ? [name] : [],
    );
    expect(empty.sort()).toEqual(Object.keys(FILLED_IN).sort());
  });

  it('names every variable that docker-compose.yml uses', () => {
    const used = [...readRepositoryFile('docker-compose.yml').matchAll(/\$\{([A-Z0-9_]+)/g)].map(
      ([, name]) => name,
    );
    const known = [...namesInEnvFile(example), ...namesInEnvFile(readRepositoryFile('.env.example'))];
    expect(known).toEqual(expect.arrayContaining([...new Set(used)]));
  });
});

describe('the configuration of the processes', () => {
  it('is complete in the API', () => {
    const config = loadConfig(environmentOf(service('api'), variables), { mode: 'server' });
    expect(config).toMatchObject({
      http: { host: '0.0.0.0', port: 3000 },
      appUrl: 'https://shop.example',
      temporal: { address: 'temporal:7233', namespace: 'default', taskQueue: 'offers' },
      ledger: { kind: 'postgres' },
    });
  });

  it('is complete in the worker, without keys that it does not need', () => {
    const env = environmentOf(service('worker'), variables);
    const config = loadConfig(env, { mode: 'worker' });
    expect(config).toMatchObject({
      temporal: { address: 'temporal:7233', namespace: 'default', taskQueue: 'offers' },
      ledger: { kind: 'postgres' },
      auth: { apiKeys: [], operatorKeys: [] },
    });
    expect(env).not.toHaveProperty('TOKEN_SECRET');
    expect(env).not.toHaveProperty('DODO_PAYMENTS_WEBHOOK_KEY');
  });

  it('has the password of the ledger, and no other database password', () => {
    for (const name of OWN) {
      const env = environmentOf(service(name), variables);
      expect(env.DATABASE_URL).toBe('postgres://upsells@postgres:5432/upsells');
      expect(env.PGPASSWORD).toBe(FILLED_IN.LEDGER_DB_PASSWORD);
      expect(Object.values(env)).not.toContain(FILLED_IN.POSTGRES_PASSWORD);
      expect(Object.values(env)).not.toContain(FILLED_IN.TEMPORAL_DB_PASSWORD);
    }
  });

  it('can set every variable of .env.example that has a meaning in a container', () => {
    const named = namesInEnvFile(readRepositoryFile('.env.example')).filter((name) => name !== 'DATA_DIR');
    const missing = (from: string) => named.filter((name) => !(name in (service(from).environment ?? {})));
    expect(missing('api')).toEqual([]);
    expect(missing('worker').sort()).toEqual(ONLY_IN_THE_API);
  });

  it.each(['POSTGRES_PASSWORD', 'TEMPORAL_DB_PASSWORD', 'LEDGER_DB_PASSWORD'])(
    'is refused with an explanation without %s',
    (name) => {
      expect(() => loadCompose({ ...variables, [name]: '' })).toThrow(`${name} is the password of`);
    },
  );
});

describe('every service', () => {
  it.each(serviceNames)('%s has a pinned image, or is built here', (name) => {
    const { image = '', build } = service(name);
    if (build !== undefined) {
      expect(image).toMatch(/^durable-upsells:/);
      expect(existsSync(fileURLToPath(new URL(`../../${build}/Dockerfile`, import.meta.url)))).toBe(true);
      return;
    }
    expect(image).toMatch(/^[a-z/-]+:\d+\.\d+(\.\d+)?(-\w+)?$/);
  });

  it.each(longRunning)('%s has a health check and is restarted when it ends', (name) => {
    const { healthcheck, restart } = service(name);
    expect(healthcheck?.test[0]).toBe('CMD');
    expect(healthcheck).toMatchObject({ interval: /./, timeout: /./, start_period: /./ } as never);
    expect(restart).toBe('unless-stopped');
  });

  it.each(ONE_SHOTS)('%s runs once', (name) => {
    expect(service(name)).toMatchObject({ restart: 'no' });
    expect(service(name).healthcheck).toBeUndefined();
  });

  it.each(serviceNames)('%s waits for existing services, on conditions they can meet', (name) => {
    for (const [other, { condition }] of Object.entries(service(name).depends_on ?? {})) {
      expect(serviceNames).toContain(other);
      expect(condition).toBe(
        ONE_SHOTS.includes(other) ? 'service_completed_successfully' : 'service_healthy',
      );
    }
  });

  it.each(serviceNames)('%s uses declared networks and volumes, and existing files', (name) => {
    const { networks: used = [], volumes: mounts = [] } = service(name);
    expect(Object.keys(networks)).toEqual(expect.arrayContaining(used));
    for (const mount of mounts) {
      const [source = '', target = '', mode] = mount.split(':');
      expect(target).toMatch(/^\//);
      if (source.startsWith('./')) {
        expect(existsSync(fileURLToPath(new URL(`../../${source}`, import.meta.url))), source).toBe(true);
        expect(mode).toBe('ro');
      } else {
        expect(Object.keys(volumes)).toContain(source);
      }
    }
  });

  it.each(serviceNames)('%s publishes ports only to this machine', (name) => {
    for (const port of service(name).ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it.each(serviceNames)('%s cannot gain privileges', (name) => {
    expect(service(name).security_opt).toContain('no-new-privileges:true');
  });
});

describe('the database', () => {
  it('is not published, and its network has no route outside', () => {
    expect(service('postgres').ports).toBeUndefined();
    expect(service('postgres').networks).toEqual(['database']);
    expect(networks.database).toMatchObject({ internal: true });
  });

  it('cannot be reached from the web UI', () => {
    expect(service('temporal-ui').networks).toEqual(['default']);
  });

  it('allows enough connections for Temporal and several processes', () => {
    expect(service('postgres').command).toContain('max_connections=200');
  });
});

describe('Temporal', () => {
  it('uses one version of the server, the schema tool and the namespace tool', () => {
    const version = (name: string) => service(name).image?.split(':')[1];
    expect(version('temporal-schema')).toBe(version('temporal'));
    expect(version('temporal-namespace')).toBe(version('temporal'));
    expect(JSON.stringify(written)).not.toContain('auto-setup');
  });

  it('has enough shards to grow, and keeps finished runs for 30 days', () => {
    expect(service('temporal').environment).toMatchObject({ DB: 'postgres12', NUM_HISTORY_SHARDS: '512' });
    expect(service('temporal-namespace').environment).toMatchObject({ RETENTION_HOURS: '720' });
  });

  it('may read its task queues as often as the servers of development and tests', () => {
    const { environment, volumes: mounts } = service('temporal');
    expect(mounts).toContain(
      `./deploy/temporal/dynamic-config.yaml:${environment?.DYNAMIC_CONFIG_FILE_PATH ?? ''}:ro`,
    );
    const settings = parse(readRepositoryFile('deploy/temporal/dynamic-config.yaml')) as object;
    const limits = Object.entries(POLL_LIMITS).map(([key, value]) => [key, [{ value }]]);
    expect(settings).toMatchObject(Object.fromEntries(limits) as object);
  });

  it('serves the namespace that its clients use, also if it is changed', () => {
    const other = loadCompose({ ...variables, TEMPORAL_NAMESPACE: 'shop' }).services;
    for (const name of ['api', 'worker', 'temporal-namespace']) {
      expect(other[name]?.environment?.TEMPORAL_NAMESPACE).toBe('shop');
    }
  });
});

describe('the API and the worker', () => {
  it.each(OWN)('%s has a read-only file system and no privileges', (name) => {
    expect(service(name)).toMatchObject({ read_only: true, tmpfs: ['/tmp'], cap_drop: ['ALL'], init: true });
  });

  it.each(OWN)('%s has more time to stop than it may take', (name) => {
    const worker = readRepositoryFile('src/temporal/worker.ts');
    const forced = Number(/SHUTDOWN_FORCE = '(\d+)s'/.exec(worker)?.[1]);
    expect(forced).toBeGreaterThanOrEqual(45);
    expect(parseInt(service(name).stop_grace_period ?? '', 10)).toBeGreaterThan(forced);
  });

  it.each(OWN)('%s starts once Temporal is ready', (name) => {
    expect(Object.keys(service(name).depends_on ?? {})).toEqual(
      expect.arrayContaining(['postgres', 'temporal', 'temporal-namespace']),
    );
  });

  it('publishes the API at the address from the environment', () => {
    const elsewhere = loadCompose({ ...variables, API_BIND: '10.0.0.5', PORT: '8088', APP_URL: '' }).services;
    expect(elsewhere.api?.ports).toEqual(['10.0.0.5:8088:3000']);
    expect(elsewhere.api?.environment?.APP_URL).toBe('http://localhost:8088');
  });
});
