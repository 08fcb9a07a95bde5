import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/**
 * Stands between this process and the server. It is in a process group of its own, so that Ctrl-C reaches this
 * process alone and the server stays up while work is being finished; and it ends the server when the channel
 * to this process closes, however this process ended.
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
  /** Settles when the process is gone, for whatever reason. Never rejects. */
  exited: Promise<ProcessExit>;
  /** Asks it to end (SIGTERM, then SIGKILL after the grace time) and waits until it has. */
  stop: () => Promise<void>;
}

type Message = { pid: number } | { error: string } | ProcessExit;

/**
 * Starts a program that ends when this process ends, even by `kill -9`.
 *
 * @param onLine receives each line of its output
 * @param graceMs time between the polite and the final signal
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
    // The watcher itself was killed: nobody else will end the server now.
    if (exit === undefined && pid !== undefined) killQuietly(pid);
    return exit ?? { code: null, signal: 'SIGKILL' };
  });
  exited.catch(() => undefined);

  return {
    pid: await started,
    exited,
    stop: async () => {
      // A channel that breaks at this moment stops the server just as well.
      if (watcher.connected) watcher.send('stop', () => undefined);
      await exited;
    },
  };
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
