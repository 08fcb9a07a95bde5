/** Runs a process of the product as an operating system does: starts it, reads its log, sends it signals. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const KEPT_LINES = 40;

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface LogEntry {
  msg?: string;
  level?: string;
  [field: string]: unknown;
}

export interface ChildProcess {
  pid: number;
  /** Returns the first log entry with this message, past or future. Rejects if the process ends without one. */
  logged(message: string): Promise<LogEntry>;
  /** Sends SIGTERM and waits for the process to end. */
  terminate(): Promise<Exit>;
  exited: Promise<Exit>;
  /** Returns the last lines of both outputs. */
  output(): string;
}

/**
 * Runs Node with these arguments, and with no environment variables except those given, PATH and HOME.
 *
 * @param cwd a folder without a `.env`
 */
export function startNode(args: string[], cwd: string, env: Record<string, string>): ChildProcess {
  const { PATH = '', HOME = cwd } = process.env;
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const entries: LogEntry[] = [];
  const waiting = new Set<() => void>();
  let ended: Exit | undefined;

  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      if (line.startsWith('{')) entries.push(JSON.parse(line) as LogEntry);
      waiting.forEach((look) => look());
    });
  }
  // On "close", unlike "exit", everything it wrote has been read.
  const exited = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => {
      ended = { code, signal };
      waiting.forEach((look) => look());
      resolve(ended);
    });
  });
  const output = () => lines.join('\n');

  return {
    pid: child.pid ?? 0,
    exited,
    output,
    logged(message) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const entry = entries.find(({ msg }) => msg === message);
          if (!entry && !ended) return;
          waiting.delete(look);
          if (entry) resolve(entry);
          else
            reject(new Error(`It ended (${ended?.signal ?? ended?.code}) before "${message}":\n${output()}`));
        };
        waiting.add(look);
        look();
      });
    },
    terminate() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}
