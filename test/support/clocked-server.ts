/** Temporal's development server with a clock that can be set: the same program, built with another `time.Now`. */
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../sandbox/local/cache-folder.js';
import { withLock } from '../../sandbox/local/folder-lock.js';
import { GO_PACKAGE } from '../../sandbox/local/go-install.js';
import { withProgress } from '../../sandbox/local/progress.js';
import { lastLines, runCommand } from '../../sandbox/local/run-command.js';

/** Environment variable: the path of a file with the seconds by which the server's clock is off. */
export const CLOCK_VARIABLE = 'DURABLE_UPSELLS_CLOCK';

const READS_CLOCK = 'sec, nsec, mono := runtimeNow()\n';

/**
 * Shifts the wall clock alone, as on a machine whose clock is set; the monotonic clock goes on evenly. The file is read in
 * the background, because the runtime calls `time.Now` where it must not block.
 */
const WRONG_CLOCK = `package time

import (
	"sync/atomic"
	"syscall"
)

var clockWrongBy atomic.Int64

func init() {
	if file, isSet := syscall.Getenv("${CLOCK_VARIABLE}"); isSet {
		go func() {
			for ; ; Sleep(20 * Millisecond) {
				readClock(file)
			}
		}()
	}
}

func readClock(file string) {
	opened, err := syscall.Open(file, syscall.O_RDONLY, 0)
	if err != nil {
		return
	}
	defer syscall.Close(opened)
	var text [32]byte
	length, err := syscall.Read(opened, text[:])
	if err != nil || length <= 0 {
		return
	}
	sign, seconds := int64(1), int64(0)
	for _, c := range text[:length] {
		if c == '-' {
			sign = -1
		} else if c >= '0' && c <= '9' {
			seconds = seconds*10 + int64(c-'0')
		}
	}
	clockWrongBy.Store(sign * seconds)
}
`;

/**
 * Returns the path of the program. Builds it first if necessary, which takes minutes.
 *
 * @throws Error when Go is not installed, its `time.Now` is not as expected, or the build fails
 */
export async function buildClockedServer(): Promise<string> {
  const version = createHash('sha256').update(GO_PACKAGE).update(WRONG_CLOCK).digest('hex').slice(0, 8);
  const target = join(cacheFolder(), `temporal-clocked-${version}`);
  await mkdir(dirname(target), { recursive: true });
  return await withLock(`${target}.lock`, async () => {
    if (await exists(target)) return target;
    const staging = await mkdtemp(`${target}-`);
    try {
      await withProgress("Building Temporal's server with a clock that can be set; this takes minutes", () =>
        build(staging),
      );
      await rename(join(staging, 'temporal'), target);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
    return target;
  });
}

async function build(staging: string): Promise<void> {
  const time = join((await go(['env', 'GOROOT'], staging)).trim(), 'src', 'time');
  const source = await readFile(join(time, 'time.go'), 'utf8');
  if (source.split(READS_CLOCK).length !== 2)
    throw new Error('time.Now of this version of Go has another source text');
  const changed = join(staging, 'time.go');
  await writeFile(changed, source.replace(READS_CLOCK, `${READS_CLOCK}\tsec += clockWrongBy.Load()\n`));
  const added = join(staging, 'wrong_clock.go');
  await writeFile(added, WRONG_CLOCK);
  const overlay = join(staging, 'overlay.json');
  const Replace = { [join(time, 'time.go')]: changed, [join(time, 'wrong_clock.go')]: added };
  await writeFile(overlay, JSON.stringify({ Replace }));
  await go(['install', '-overlay', overlay, '-ldflags=-s -w', GO_PACKAGE], staging);
}

async function go(args: string[], folder: string): Promise<string> {
  const env = { ...process.env, GOBIN: folder, GOFLAGS: '', GOWORK: 'off' };
  const { code, output } = await runCommand('go', args, { cwd: folder, env });
  if (code !== 0) throw new Error(`go ${args[0]} ended with code ${code}: ${lastLines(output)}`);
  return output;
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
