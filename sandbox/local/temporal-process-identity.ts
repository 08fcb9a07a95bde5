import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * A process, told apart from a later one with the same number: containers and reboots hand the same numbers
 * out again.
 */
export interface ProcessIdentity {
  pid: number;
  /** When it started, in the platform's own notation; empty where the platform does not say. */
  started: string;
}

/** Who has this process id at present; undefined when nobody does. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  if (process.platform === 'linux') return await identifyByProc(pid);
  if (!exists(pid)) return undefined;
  if (process.platform === 'win32') return { pid, started: '' };
  const listed = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => undefined);
  return { pid, started: listed?.stdout.trim() ?? '' };
}

export async function isSameProcess(known: ProcessIdentity): Promise<boolean> {
  const present = await identify(known.pid);
  return present !== undefined && present.started === known.started;
}

async function identifyByProc(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // The program's name, in parentheses, may hold spaces; the state and the start time follow it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields[0], fields[19]];
  if (state === 'Z' || state === 'X' || started === undefined) return undefined;
  return { pid, started };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
