import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { connectClient } from '../../../src/temporal/connect.js';
import { startDevServer, type DevServer } from '../../../sandbox/local/dev-server.js';
import { lockFolder } from '../../../sandbox/local/folder-lock.js';
import { freePort } from '../../../sandbox/local/ports.js';
import { retentionDays } from '../../../src/temporal/namespace.js';
import { uniqueId } from '../../support/temporal.js';

const program = fileURLToPath(new URL('./dev-server-process.ts', import.meta.url));

describe('the dev server', { timeout: 60_000 }, () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'dev-server-'));
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  });

  it('keeps runs and settings in its data folder across a restart, and serves its UI', async () => {
    const workflowId = uniqueId();
    const port = await freePort();
    // The lock of an earlier version, whose process ended without removing it.
    await writeFile(
      join(dataDir, 'temporal.claim.json'),
      JSON.stringify([{ pid: process.pid, started: '1' }]),
    );
    const first = await startDevServer({ dataDir, port, uiPort: await freePort() });
    expect(first.address).toBe(`127.0.0.1:${port}`);
    expect((await fetch(first.uiUrl ?? '')).status).toBe(200);
    await withClient(first, ({ client }) =>
      client.workflow.start('offer', { taskQueue: 'nobody', workflowId }),
    );
    await first.stop();
    expect((await first.exited).code).toBe(0);
    expect((await readdir(dataDir)).filter((name) => !name.startsWith('temporal.db'))).toEqual(['lock.1']);

    const second = await startDevServer({ dataDir, port, ui: false });
    onTestFinished(() => second.stop());
    expect(second.uiUrl).toBeUndefined();
    await withClient(second, async ({ client, connection }) => {
      expect((await client.workflow.getHandle(workflowId).describe()).status.name).toBe('RUNNING');
      expect(await retentionDays(connection, 'default')).toBe(30);
    });
  });

  it('ends with a process that is killed, and can be started again at once on the same port and folder', async () => {
    const port = await freePort();
    const killed = spawn(process.execPath, ['--import', 'tsx', program, dataDir, String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(killed.stdout, 'data')) as [Buffer];
    const serverPid = Number(line.toString('utf8'));
    expect(isRunning(serverPid)).toBe(true);
    killed.kill('SIGKILL');
    await once(killed, 'exit');

    const next = await startDevServer({ dataDir, port, ui: false });
    expect(isRunning(serverPid)).toBe(false);
    expect(next.pid).not.toBe(serverPid);
    await next.stop();
  });

  it('is refused a data folder that is in use', async () => {
    const lock = await lockFolder(dataDir);
    const options = { binary: await printingProgram(), ui: false };
    await expect(startDevServer({ ...options, dataDir, folderPatience: 0 })).rejects.toThrow(
      `The data folder ${dataDir} is in use by this process already, which runs a Temporal server on it.`,
    );
    await lock.release();
    await expect(startDevServer({ ...options, dataDir })).rejects.toThrow('ended with code 3');
    // The failed start released it again.
    await (await lockFolder(dataDir)).release();
  });

  it('may read its task queues as often as there are tasks', async () => {
    const start = startDevServer({ binary: await printingProgram(), ui: false });
    const message = await start.then(
      () => '',
      (error: Error) => error.message,
    );
    expect(message).toContain('--dynamic-config-value history.transferProcessorMaxPollRPS=2000 ');
    expect(message).toContain('--dynamic-config-value history.timerProcessorMaxPollRPS=2000 ');
    expect(message).toContain('--dynamic-config-value history.visibilityProcessorMaxPollRPS=2000 ');
  });

  it('reports when it is gone', async () => {
    const server = await startDevServer({ ui: false });
    process.kill(server.pid, 'SIGKILL');
    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await server.stop();
  });

  it('names a port that another program has taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    await expect(startDevServer({ port, ui: false, portPatience: 0 })).rejects.toThrow(
      `Port ${port} on 127.0.0.1, needed for Temporal, is taken by another program.`,
    );
  });

  it('shows what the server printed when it does not start', async () => {
    await expect(startDevServer({ binary: '/bin/ls', ui: false })).rejects.toThrow(
      /Temporal's server ended with code \d+ while starting:\n.*ls:/,
    );
    await expect(startDevServer({ binary: '/no/such/temporal', ui: false })).rejects.toThrow(
      '/no/such/temporal could not be started',
    );
  });
});

/** Makes a program that prints its arguments, in place of a server. */
async function printingProgram(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'printing-program-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'temporal');
  await writeFile(path, '#!/bin/sh\necho "$@"\nexit 3\n');
  await chmod(path, 0o755);
  return path;
}

async function withClient<T>(
  server: DevServer,
  use: (temporal: Awaited<ReturnType<typeof connectClient>>) => Promise<T>,
): Promise<T> {
  const temporal = await connectClient({ address: server.address, embedded: true });
  try {
    return await use(temporal);
  } finally {
    await temporal.connection.close();
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
