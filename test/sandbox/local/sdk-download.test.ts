import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { downloadWithSdk } from '../../../sandbox/local/sdk-download.js';

async function startProxy(answer: (server: Server) => void): Promise<string> {
  const proxy = createServer();
  answer(proxy);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

describe("the SDK's download", () => {
  it('fails at once and leaves nothing behind when the network refuses it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'download-test-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const proxy = await startProxy((server) => {
      server.on('connect', (_request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
    });
    const env = { ...process.env, HTTPS_PROXY: proxy };
    const download = downloadWithSdk('dev-server', join(folder, 'temporal'), { env });
    await expect(download).rejects.toThrow(/download/);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is abandoned when nothing arrives in time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'download-test-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const proxy = await startProxy((server) => {
      server.on('connect', (_request, socket) => socket.on('error', () => undefined));
    });
    const env = { ...process.env, HTTPS_PROXY: proxy };
    const download = downloadWithSdk('dev-server', join(folder, 'temporal'), { env, firstByteWithin: 3_000 });
    await expect(download).rejects.toThrow('no answer from the download service within 3 seconds');
    expect(await readdir(folder)).toEqual([]);
  });
});
