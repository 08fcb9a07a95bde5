/** Tells whether a process that was seen before still runs. A process id alone does not: ids are used again. */
import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';

/** A process as others can recognise it. */
export interface ProcessIdentity {
  pid: number;
  /** Where the process id means this process: machine, boot and container. */
  place: string;
  /** When it started, in whatever form the system says so. */
  start: string;
}

/** The process this code runs in. */
export async function thisProcess(): Promise<ProcessIdentity> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const container = await readlink('/proc/self/ns/pid').catch(() => '');
  return {
    pid: process.pid,
    place: [hostname(), boot.trim(), container].filter((part) => part !== '').join(' '),
    start: (await startOf(process.pid)) ?? '',
  };
}

/** When the process with this id started, or undefined when none runs. Same `place` only. */
export async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') return startOnLinux(pid);
  if (process.platform === 'win32') return isRunning(pid) ? 'running' : undefined;
  const ps = await promisify(execFile)('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]).catch(
    () => undefined,
  );
  const [state, ...start] = ps?.stdout.trim().split(/\s+/) ?? [];
  return state === undefined || state === '' || state.startsWith('Z') ? undefined : start.join(' ');
}

async function startOnLinux(pid: number): Promise<string | undefined> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second field is the command in parentheses, and may hold anything.
  const fields = line?.slice(line.lastIndexOf(')') + 2).split(' ');
  const state = fields?.[0];
  // A killed process that its parent has not asked about yet is still listed.
  return state === 'Z' || state === 'X' ? undefined : fields?.[19];
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
