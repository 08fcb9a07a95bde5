import { spawn, type SpawnOptions } from 'node:child_process';

const KEPT_OUTPUT = 16_384;
const KILL_AFTER = 5_000;

export interface CommandResult {
  code: number | null;
  /** The last 16 KB of standard output and standard error together, in the order they arrived. */
  output: string;
}

/**
 * Runs a program until it ends.
 *
 * @param options `signal` stops the program (SIGTERM, then SIGKILL after 5 seconds); the rest is as in
 *   `child_process.spawn`
 * @throws Error when the program cannot be started; `signal.reason` when it was stopped
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: Pick<SpawnOptions, 'cwd' | 'env'> & { signal?: AbortSignal } = {},
): Promise<CommandResult> {
  const { signal, ...spawnOptions } = options;
  signal?.throwIfAborted();
  return await new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...spawnOptions, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let killTimer: NodeJS.Timeout | undefined;
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-KEPT_OUTPUT);
    };
    const stop = (): void => {
      child.kill('SIGTERM');
      killTimer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER);
    };
    const settled = (): void => {
      clearTimeout(killTimer);
      signal?.removeEventListener('abort', stop);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    signal?.addEventListener('abort', stop, { once: true });
    child.once('error', (error) => {
      settled();
      reject(error);
    });
    child.once('close', (code) => {
      settled();
      if (signal?.aborted) reject(signal.reason as Error);
      else resolve({ code, output });
    });
  });
}

/** Returns the last few lines of a program's output joined on one line, for an error message. */
export function lastLines(output: string, count = 3): string {
  return output.trim().split(/\r?\n/).slice(-count).join(' | ').trim();
}
