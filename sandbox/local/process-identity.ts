/** Tells whether a process seen before is still running. Its id alone does not say: systems reuse process ids. */
import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';

/** A process as other processes can recognize it. */
export interface ProcessIdentity {
  pid: number;
  /** The machine, boot and container in which `pid` refers to this process, separated by spaces. */
  place: string;
  /** When it started, in the platform's own notation; empty where that cannot be found out. */
  start: string;
}

let here: Promise<string> | undefined;

/** Identifies the process this code runs in. */
export async function thisProcess(): Promise<ProcessIdentity> {
  return (await identify(process.pid)) ?? { pid: process.pid, place: await thisPlace(), start: '' };
}

/** Identifies the process with this id in this container; undefined if none is running. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const [place, start] = await Promise.all([thisPlace(), startOf(pid)]);
  return start === undefined ? undefined : { pid, place, start };
}

/**
 * Checks whether a process seen before is still running.
 *
 * @returns undefined when that cannot be told: on another machine, boot or container its id means nothing
 */
export async function isRunning(known: ProcessIdentity): Promise<boolean | undefined> {
  if (known.start === '' || known.place !== (await thisPlace())) return undefined;
  return (await startOf(known.pid)) === known.start;
}

async function thisPlace(): Promise<string> {
  return await (here ??= findPlace());
}

async function findPlace(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const container = await readlink('/proc/self/ns/pid').catch(() => '');
  return [hostname(), boot.trim(), container].filter((part) => part !== '').join(' ');
}

async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') return await startOnLinux(pid);
  if (process.platform === 'win32') return exists(pid) ? 'running' : undefined;
  const ps = await promisify(execFile)('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]).catch(
    () => undefined,
  );
  const [state, ...start] = ps?.stdout.trim().split(/\s+/) ?? [];
  return state === undefined || state === '' || state.startsWith('Z') ? undefined : start.join(' ');
}

async function startOnLinux(pid: number): Promise<string | undefined> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second field is the command in parentheses, which may contain spaces and parentheses itself.
  const fields = line?.slice(line.lastIndexOf(')') + 2).split(' ');
  const state = fields?.[0];
  // A killed process stays listed until its parent has collected its exit code.
  return state === 'Z' || state === 'X' ? undefined : fields?.[19];
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
