/** Runs one of the product's processes as a supervisor does: restarts it whenever it ends, until it is stopped. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startWatched, type WatchedProcess } from '../../../sandbox/local/watched-process.js';

const SECOND = 1000;
/** On a busy machine, bundling the workflow code alone takes several seconds. */
const READY_WITHIN = 60 * SECOND;
const RESTART_PAUSE = 250;
const STOP_GRACE = 5 * SECOND;
const KEPT_LINES = 200;

export interface SupervisedProcessOptions {
  /** `src/worker.ts`, ... */
  entry: string;
  env: Record<string, string>;
  /** The log message that says the process is ready. */
  readyMessage: string;
}

export interface SupervisedProcess {
  /** Returns the id of the current process, or of the last one. */
  pid(): number;
  /** Returns how often it was started. */
  starts(): number;
  /** Returns the number of unexpected exits. */
  crashes(): number;
  /** Resolves when the current process is ready. */
  ready(): Promise<void>;
  /** Kills the process with SIGKILL, and restarts it after `downMs`. Resolves with its id once it is gone. */
  kill(downMs?: number): Promise<number>;
  /** Suspends the process, as on a paused machine. */
  freeze(ms: number): Promise<void>;
  stop(): Promise<void>;
  /** Returns the last lines of its output. */
  output(): string[];
}

export async function startSupervised(options: SupervisedProcessOptions): Promise<SupervisedProcess> {
  let running: WatchedProcess | undefined;
  let isReady = false;
  let stopping = false;
  let killed: { downMs: number } | undefined;
  let starts = 0;
  let crashes = 0;
  const lines: string[] = [];
  const waiting = new Set<() => void>();

  async function start(): Promise<void> {
    isReady = false;
    starts += 1;
    // `env` replaces itself with Node, so the process id is Node's.
    const assignments = Object.entries({ LOG_LEVEL: 'info', ...options.env }).map(
      ([name, value]) => `${name}=${value}`,
    );
    const args = [...assignments, process.execPath, '--import', 'tsx', options.entry];
    running = await startWatched('env', args, noteLine, STOP_GRACE);
    void running.exited.then(afterExit);
  }

  function noteLine(line: string): void {
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
    if (!line.includes(options.readyMessage)) return;
    isReady = true;
    for (const resume of waiting) resume();
    waiting.clear();
  }

  async function afterExit(): Promise<void> {
    isReady = false;
    if (stopping) return;
    if (!killed) crashes += 1;
    await sleep(killed?.downMs ?? RESTART_PAUSE);
    killed = undefined;
    // It may have been stopped during the sleep.
    if (!stoppedMeanwhile()) await start();
  }

  const stoppedMeanwhile = () => stopping;

  async function ready(): Promise<void> {
    if (isReady) return;
    const giveUp = new AbortController();
    await Promise.race([
      new Promise<void>((resolve) => waiting.add(resolve)),
      sleep(READY_WITHIN, undefined, { signal: giveUp.signal }).then(() => {
        throw new Error(
          `${options.entry} was not ready within ${READY_WITHIN / SECOND} s:\n${lines.slice(-10).join('\n')}`,
        );
      }),
    ]).finally(() => giveUp.abort());
  }

  await start();
  return {
    pid: () => running?.pid ?? 0,
    starts: () => starts,
    crashes: () => crashes,
    ready,
    async kill(downMs = RESTART_PAUSE) {
      const victim = running;
      if (!victim) return 0;
      killed = { downMs };
      isReady = false;
      sendSignal(victim.pid, 'SIGKILL');
      await victim.exited;
      return victim.pid;
    },
    async freeze(ms) {
      const victim = running;
      if (!victim) return;
      sendSignal(victim.pid, 'SIGSTOP');
      await sleep(ms);
      sendSignal(victim.pid, 'SIGCONT');
    },
    async stop() {
      stopping = true;
      for (const resume of waiting) resume();
      // SIGKILL, because a process that is suspended or waits for a dead server would take its whole grace period.
      if (running) sendSignal(running.pid, 'SIGKILL');
      await running?.exited;
    },
    output: () => [...lines],
  };
}

/** Sends a signal, unless the process has ended. */
export function sendSignal(pid: number, name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
