/** Starts programs of this folder as child processes that tests can kill. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Child {
  pid: number;
  /** Its output so far, by line. */
  lines: string[];
  /** Resolves when it has printed this many lines; rejects when it ends earlier. */
  printed(count: number): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when it has ended and all its output has been read. */
  ended: Promise<void>;
}

/** @param program a file in this folder, like `writer.ts` */
export function startChild(program: string, ...args: string[]): Child {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { stdout, pid } = child;
  if (stdout === null || pid === undefined) throw new Error(`${program} did not start.`);
  const lines: string[] = [];
  const reader = createInterface(stdout);
  reader.on('line', (line) => lines.push(line));
  const ended = Promise.all([once(child, 'exit'), once(reader, 'close')]).then(() => undefined);
  return {
    pid,
    lines,
    ended,
    kill: (signal) => void child.kill(signal),
    printed: (count) =>
      new Promise((resolve, reject) => {
        const look = () => lines.length >= count && resolve();
        look();
        reader.on('line', look);
        void ended.then(() =>
          reject(new Error(`${program} ended after ${lines.length} lines: ${lines.join(' | ')}`)),
        );
      }),
  };
}
