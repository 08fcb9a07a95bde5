const SECOND = 1_000;
const PLAIN_INTERVAL = 15 * SECOND;

/** The part of a terminal or file stream that progress needs. */
export interface ProgressStream {
  isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * Shows the elapsed time of long-running work on standard error: on a terminal, one line that is rewritten every
 * second; elsewhere, a new line every 15 seconds.
 */
export async function withProgress<T>(
  label: string,
  work: () => Promise<T>,
  stream: ProgressStream = process.stderr,
): Promise<T> {
  const started = Date.now();
  const elapsed = (): string => formatElapsed(Date.now() - started);
  const show = (): void => {
    stream.write(stream.isTTY ? `\r\u001b[K${label} ... ${elapsed()}` : `${label} ... ${elapsed()}\n`);
  };
  const end = (word: string): void => {
    stream.write(`${stream.isTTY ? '\r\u001b[K' : ''}${label}: ${word} after ${elapsed()}\n`);
  };
  stream.write(stream.isTTY ? `${label} ...` : `${label} ...\n`);
  const timer = setInterval(show, stream.isTTY ? SECOND : PLAIN_INTERVAL);
  try {
    const result = await work();
    end('done');
    return result;
  } catch (error) {
    end('failed');
    throw error;
  } finally {
    clearInterval(timer);
  }
}

function formatElapsed(ms: number): string {
  const seconds = Math.floor(ms / SECOND);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
