import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { identify, isRunning, thisProcess } from '../../../sandbox/local/process-identity.js';
import { startChild } from '../../ledger/child.js';

const MINUTE = 60 * 1000;

describe('the identity of a process', () => {
  it('stays the same while the process runs', async () => {
    const self = await thisProcess();
    expect(self).toMatchObject({ pid: process.pid, start: expect.stringMatching(/./) as string });
    expect(await identify(process.pid)).toEqual(self);
    expect(await isRunning(self)).toBe(true);
  });

  it('is not that of an earlier process with the same id', async () => {
    expect(await isRunning({ ...(await thisProcess()), start: 'an hour ago' })).toBe(false);
  });

  it('says nothing about a process in another container', async () => {
    expect(await isRunning({ ...(await thisProcess()), place: 'another-container' })).toBeUndefined();
  });

  it('ends with the process', async () => {
    const child = startChild('../sandbox/local/lock-contender.ts', tmpdir(), String(Date.now() + MINUTE));
    const identity = await identify(child.pid);
    if (identity === undefined) throw new Error('The child is not running.');
    expect(await isRunning(identity)).toBe(true);
    child.kill('SIGKILL');
    await child.ended;
    expect(await isRunning(identity)).toBe(false);
    expect(await identify(child.pid)).toBeUndefined();
  });
});
