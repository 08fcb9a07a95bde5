import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectClient, temporalSettings } from '../../src/temporal/connect.js';
import { freePort } from '../../sandbox/local/ports.js';
import { testTemporal } from '../support/temporal.js';

const noFile = { TEMPORAL_CONFIG_FILE: join(tmpdir(), 'no-such-file.toml') };

describe('Temporal connection settings', () => {
  it('come from the environment', () => {
    const env = {
      ...noFile,
      TEMPORAL_ADDRESS: 'temporal.shop.example:7233',
      TEMPORAL_NAMESPACE: 'offers',
      TEMPORAL_API_KEY: 'key',
    };
    const { settings, namespace } = temporalSettings({ env });
    expect(settings).toMatchObject({ address: 'temporal.shop.example:7233', apiKey: 'key', tls: true });
    expect(namespace).toBe('offers');
  });

  it('from the caller win over the environment', () => {
    const env = { ...noFile, TEMPORAL_ADDRESS: 'elsewhere:7233', TEMPORAL_NAMESPACE: 'elsewhere' };
    const { settings, namespace } = temporalSettings({ address: 'here:1', namespace: 'mine', env });
    expect(settings.address).toBe('here:1');
    expect(namespace).toBe('mine');
  });

  it("fall back to the profile of Temporal's configuration file, and then to the default namespace", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'temporal-config-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'temporal.toml');
    await writeFile(file, '[profile.shop]\naddress = "profile.example:7233"\n');
    const { settings, namespace } = temporalSettings({
      env: { TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'shop' },
    });
    expect(settings.address).toBe('profile.example:7233');
    expect(namespace).toBe('default');
  });

  it('of an embedded server ignore keys meant for another server', () => {
    const env = { TEMPORAL_API_KEY: 'key', TEMPORAL_ADDRESS: 'cloud.example:7233' };
    const { settings } = temporalSettings({ address: '127.0.0.1:7233', embedded: true, env });
    expect(settings).toEqual({ address: '127.0.0.1:7233', tls: false });
  });
});

describe('connecting', () => {
  it('reaches the server that the environment names', async () => {
    const { address } = await testTemporal();
    const { client, connection } = await connectClient({ env: { ...noFile, TEMPORAL_ADDRESS: address } });
    onTestFinished(() => connection.close());
    expect((await client.workflowService.getSystemInfo({})).serverVersion).toMatch(/^1\./);
  });

  it('names the address when nothing answers there', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    await expect(connectClient({ address, env: noFile }, { connectTimeoutMs: 1_000 })).rejects.toThrow(
      `Temporal cannot be reached at ${address}`,
    );
  });
});
