import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/**
 * A process between this one and the program. It has its own process group: Ctrl-C reaches only this process, and
 * the program stays up while work is being finished. It ends the program when the channel to this process closes,
 * even if this process was killed.
 */
const WATCHER = `
const { spawn } = require('node:child_process');
const [command, grace, ...args] = process.argv.slice(1);
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], windowsHide: true });
let stopping = false;
const stop = () => {
  if (stopping) return;
  stopping = true;
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), Number(grace)).unref();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
process.on('disconnect', stop);
process.on('message', stop);
const tell = (message, then) => (process.connected ? process.send(message, then) : then && then());
child.once('spawn', () => tell({ pid: child.pid }));
child.once('error', (error) => tell({ error: error.message }, () => process.exit(1)));
child.once('exit', (code, signal) => tell({ code, signal }, () => process.exit(0)));
`;

export interface ProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface WatchedProcess {
  pid: number;
  /** Settles when the process has ended, for whatever reason. Never rejects. */
  exited: Promise<ProcessExit>;
  /** Sends SIGTERM, then SIGKILL after the grace time, and waits for the end. */
  stop: () => Promise<void>;
}

type Message = { pid: number } | { error: string } | ProcessExit;

/**
 * Starts a program that ends when this process ends, even if this process is killed with -9.
 *
 * @param onLine receives each line of its output
 * @param graceMs milliseconds between SIGTERM and SIGKILL
 * @throws Error when the program cannot be started
 */
export async function startWatched(
  command: string,
  args: readonly string[],
  onLine: (line: string) => void,
  graceMs: number,
): Promise<WatchedProcess> {
  const watcher = spawn(process.execPath, ['-e', WATCHER, command, String(graceMs), ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
    windowsHide: true,
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  for (const stream of [watcher.stdout, watcher.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', onLine);
  }

  let pid: number | undefined;
  let exit: ProcessExit | undefined;
  const started = new Promise<number>((resolve, reject) => {
    watcher.on('message', (message: Message) => {
      if ('pid' in message) resolve((pid = message.pid));
      else if ('error' in message) reject(new Error(`${command} could not be started: ${message.error}`));
      else exit = message;
    });
    watcher.on('error', reject);
    watcher.once('exit', () => reject(new Error(`${command} could not be started`)));
  });
  const exited = once(watcher, 'exit').then((): ProcessExit => {
    // The watcher itself was killed, so nothing else will end the program.
    if (exit === undefined && pid !== undefined) killQuietly(pid);
    return exit ?? { code: null, signal: 'SIGKILL' };
  });
  exited.catch(() => undefined);

  return {
    pid: await started,
    exited,
    stop: async () => {
      // A channel that breaks at this moment stops the program too.
      if (watcher.connected) watcher.send('stop', () => undefined);
      await exited;
    },
  };
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has already ended.
  }
}
