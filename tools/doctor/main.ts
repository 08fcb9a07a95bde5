/** `npm run doctor`: checks a configuration against the Dodo, Temporal and database that it names. */
import { loadDotEnv } from '../../src/config/dotenv.js';
import { doctorsDodo } from './calls.js';
import { diagnose } from './diagnose.js';
import { fixEndpoint, isLoopback, type Fixed } from './fix.js';
import { runLiveTest } from './live-test/command.js';
import { readOptions, USAGE, UsageError } from './options.js';
import { formatReport, summaryOf } from './report.js';
import { readSubject, type Subject } from './subject.js';

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  loadDotEnv();
  const subject = readSubject(process.env, options.url);
  if (options['live-test']) return liveTest(subject, options);
  const fixed = options.fix ? await fix(subject) : undefined;
  const report = await diagnose(subject, process.env);
  if (options.json) {
    const { ok, message } = fixed ?? {};
    print(JSON.stringify({ ...report, ...(fixed && { fix: { ok, message } }) }, undefined, 2));
  } else {
    if (fixed) print([fixed.message, ...(fixed.secret ? [`  ${fixed.secret}`] : []), ''].join('\n'));
    print([...formatReport(report), '', summaryOf(report)].join('\n'));
  }
  return report.ok && fixed?.ok !== false ? 0 : 1;
}

async function fix({ dodo, webhookUrl }: Subject): Promise<Fixed> {
  if (!dodo) return { ok: false, message: 'No Dodo is configured in which an endpoint could be registered.' };
  const { baseURL } = dodo.target;
  return fixEndpoint(doctorsDodo(dodo), webhookUrl, baseURL !== undefined && isLoopback(baseURL));
}

async function liveTest(
  { dodo, config, keyText }: Subject,
  { save, wait }: { save?: string; wait?: string },
): Promise<number> {
  const isLive = keyText?.startsWith('dodo_live_') === true || dodo?.target.environment === 'live_mode';
  if (isLive || dodo?.target.baseURL?.includes('live.dodopayments.com')) {
    throw new UsageError('--live-test pays and refunds: it is refused for live keys and live_mode.');
  }
  if (!dodo) {
    throw new UsageError('--live-test needs DODO_PAYMENTS_ENVIRONMENT=test_mode and DODO_PAYMENTS_API_KEY.');
  }
  const minutes = wait === undefined ? undefined : Number(wait);
  const passed = await runLiveTest({
    dodo,
    catalogPath: config.catalogPath,
    returnUrl: config.appUrl,
    say: print,
    save,
    waitMs: minutes === undefined ? undefined : minutes * 60_000,
  });
  return passed ? 0 : 1;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  if (process.argv.includes('--help')) print(USAGE.trimEnd());
  else process.exitCode = await main();
} catch (error) {
  const isUsage = error instanceof UsageError;
  const text =
    error instanceof Error ? (isUsage ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`${text}\n${isUsage ? `\n${USAGE}` : ''}`);
  process.exitCode = isUsage ? 2 : 1;
}
// Requests that were given up on must not keep the process alive.
process.stdout.write('', () => process.exit());
