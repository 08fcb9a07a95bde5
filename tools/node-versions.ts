/**
 * `npm run node-versions`, or `npm run node-versions -- 22.23.3` for some of them: tries the README's commands on several
 * versions of Node. Each is fetched from npm into a temporary folder, and used in a fresh clone of the last commit for
 * `npm ci`, `npm start` until it is ready and is stopped, and `npm run demo`. Ports are free ones, on loopback.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { lastLines, runCommand } from '../sandbox/local/run-command.js';

/** The oldest version that package.json admits, and the last one of each major version that people run. */
const VERSIONS = ['20.3.0', '20.20.2', '22.23.3', '24.21.0', '26.10.0'];
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const INSTALL_WITHIN = 20 * MINUTE;
const READY_WITHIN = 10 * MINUTE;
const STOP_WITHIN = MINUTE;
const DEMO_WITHIN = 20 * MINUTE;

const repository = fileURLToPath(new URL('..', import.meta.url));

/** One step on one version: what it showed when it went well, or why it did not. */
type Seen = { ok: true; text: string } | { ok: false; text: string };

interface Installed {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Runs npm with this version of Node. */
  npm: { command: string; args: readonly string[] };
}

const STEPS: { title: string; run: (node: Installed) => Promise<string> }[] = [
  { title: 'npm ci', run: install },
  { title: 'npm start', run: startAndStop },
  { title: 'npm run demo', run: demo },
];

const wanted = process.argv.slice(2);
const versions = wanted.length > 0 ? wanted : VERSIONS;
const npmCli = process.env.npm_execpath;
if (npmCli === undefined) throw new Error('Run this with npm: npm run node-versions');

const rows: Seen[][] = [];
for (const version of versions) rows.push(await tryVersion(version, npmCli));

const titles = ['Node', ...STEPS.map(({ title }) => title)];
const lines = rows.map((row, index) => [`${versions[index]}`, ...row.map(({ text }) => text)]);
process.stdout.write(
  `\n${[titles, titles.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`,
);
if (rows.flat().some(({ ok }) => !ok)) process.exitCode = 1;

async function tryVersion(version: string, npmCli: string): Promise<Seen[]> {
  const folder = await mkdtemp(join(tmpdir(), 'durable-upsells-node-'));
  try {
    const installed = await prepare(folder, version, npmCli);
    const row: Seen[] = [];
    for (const { title, run } of STEPS) {
      if (row.some(({ ok }) => !ok)) {
        row.push({ ok: false, text: 'not tried' });
        continue;
      }
      process.stderr.write(`Node ${version}: ${title} ...\n`);
      row.push(
        await run(installed).then(
          (text): Seen => ({ ok: true, text }),
          (error: Error): Seen => ({ ok: false, text: `failed: ${error.message}` }),
        ),
      );
      process.stderr.write(`Node ${version}: ${title}: ${row.at(-1)?.text}\n`);
    }
    return row;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Fetches this version of Node, and clones the last commit. */
async function prepare(folder: string, version: string, npmCli: string): Promise<Installed> {
  const cwd = join(folder, 'checkout');
  const fetched = join(folder, 'node');
  await runOrThrow('git', ['clone', '--quiet', repository, cwd], { cwd: folder });
  await runOrThrow(process.execPath, [npmCli, 'install', '--prefix', fetched, `node@${version}`], {
    cwd: folder,
    env: cleanEnvironment(),
  });
  const bin = join(fetched, 'node_modules', 'node', 'bin');
  const node = join(bin, 'node');
  const { output } = await runOrThrow(node, ['--version'], { cwd: folder });
  if (output.trim() !== `v${version}`) throw new Error(`Wanted Node ${version}, and got ${output.trim()}.`);
  // Scripts and programs that npm starts look for `node` on the PATH.
  const env = { ...cleanEnvironment(), PATH: bin + delimiter + (process.env.PATH ?? ''), PORT: '0' };
  return { cwd, env, npm: { command: node, args: [npmCli] } };
}

/** Leaves out what the npm that runs this script has set for its own scripts. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS$|INIT_CWD$)/i.test(name));
  return Object.fromEntries(kept);
}

async function install({ cwd, env, npm }: Installed): Promise<string> {
  const started = performance.now();
  await runOrThrow(npm.command, [...npm.args, 'ci'], {
    cwd,
    env,
    signal: AbortSignal.timeout(INSTALL_WITHIN),
  });
  return secondsSince(started);
}

/** Starts everything, opens the demo shop and the API's description, and ends it as Ctrl-C does. */
async function startAndStop({ cwd, env, npm }: Installed): Promise<string> {
  const started = performance.now();
  // A process group of its own, as in a terminal: Ctrl-C reaches npm and everything it started.
  const child = spawn(npm.command, [...npm.args, 'start'], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  let stopped = false;
  try {
    const places = await printedPlaces(child, ended);
    const ready = secondsSince(started);
    for (const place of ['Demo shop', 'API', 'Temporal UI']) await open(place, places.get(place));
    interrupt(child);
    const [code, signal] = await within(STOP_WITHIN, 'npm start did not stop', ended);
    stopped = true;
    // The shell between npm and the program ends by the signal, and npm with it.
    if (code !== 0 && signal !== 'SIGINT') throw new Error(`npm start ended by ${signal ?? `code ${code}`}`);
    await checkReleased(join(cwd, '.data'));
    const left = places.get('Temporal UI') ?? '';
    if (
      await fetch(left).then(
        () => true,
        () => false,
      )
    )
      throw new Error(`${left} still answers after the end`);
    return `ready in ${ready}, stopped`;
  } finally {
    if (!stopped && child.pid !== undefined) killGroup(child.pid, 'SIGKILL');
  }
}

/** Reads the addresses that `npm start` prints, once it is ready. */
async function printedPlaces(child: ChildProcess, ended: Promise<unknown>): Promise<Map<string, string>> {
  const places = new Map<string, string>();
  const printed: string[] = [];
  const complete = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        printed.push(line);
        const [, name, address] = /^ {2}(\S.*?) {2,}(http\S+)$/.exec(line) ?? [];
        if (name !== undefined && address !== undefined) places.set(name, address);
        if (line.startsWith('Ctrl-C stops everything')) resolve();
      });
    }
  });
  const early = ended.then(() => {
    throw new Error(`npm start ended before it was ready: ${lastLines(printed.join('\n'), 5)}`);
  });
  await within(READY_WITHIN, 'npm start was not ready', Promise.race([complete, early]));
  return places;
}

async function open(place: string, address: string | undefined): Promise<void> {
  if (address === undefined) throw new Error(`npm start printed no address for "${place}"`);
  const { status } = await fetch(address);
  if (status !== 200) throw new Error(`${place} at ${address} answered ${status}`);
}

/** Checks that the program has released its folders, which it does last of all: it was not killed. */
async function checkReleased(dataDir: string): Promise<void> {
  const locks = (await readdir(dataDir, { recursive: true })).filter((path) =>
    /(^|[/\\])lock\.\d+$/.test(path),
  );
  if (locks.length === 0) throw new Error(`there are no locks in ${dataDir}`);
  for (const lock of locks) {
    if ((await readFile(join(dataDir, lock), 'utf8')) !== '[]') throw new Error(`${lock} was not released`);
  }
}

async function demo({ cwd, env, npm }: Installed): Promise<string> {
  const { output } = await runOrThrow(npm.command, [...npm.args, 'run', 'demo'], {
    cwd,
    env,
    signal: AbortSignal.timeout(DEMO_WITHIN),
  });
  const [sentence] = /All \d+ paths ended as they should\./.exec(output) ?? [];
  if (sentence === undefined) throw new Error(`no word of success: ${lastLines(output)}`);
  const [, time] = /^([\d.]+) s in all\.$/m.exec(output) ?? [];
  return `${sentence.slice(0, -1)}, ${time ?? '?'} s`;
}

function interrupt({ pid }: ChildProcess): void {
  if (pid !== undefined) killGroup(pid, 'SIGINT');
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has already ended.
  }
}

async function within<T>(milliseconds: number, complaint: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`${complaint} within ${milliseconds / SECOND} s`);
    timer = setTimeout(() => reject(error), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function runOrThrow(
  command: string,
  args: readonly string[],
  options: Parameters<typeof runCommand>[2],
): ReturnType<typeof runCommand> {
  const result = await runCommand(command, args, options);
  if (result.code === 0) return result;
  const name = [command, ...args].slice(-2).join(' ');
  throw new Error(`${name} ended with code ${result.code}: ${lastLines(result.output, 5)}`);
}

function secondsSince(started: number): string {
  return `${((performance.now() - started) / SECOND).toFixed(0)} s`;
}
