/** `npm run doctor`: checks a configuration against the Dodo, Temporal and database that it names. */
import { parseArgs } from 'node:util';
import { origin } from '../../src/config/fields.js';
import { loadDotEnv } from '../../src/config/dotenv.js';
import { doctorsDodo } from './calls.js';
import { diagnose } from './diagnose.js';
import { fixEndpoint, isLoopback, type Fixed } from './fix.js';
import { runLiveTest } from './live-test/command.js';
import { formatReport, summaryOf } from './report.js';
import { readSubject, type Subject } from './subject.js';

const USAGE = `npm run doctor [-- <options>]

Checks the API key, the catalog, the webhook endpoint and its key, saved payment methods, prices, Temporal and the
ledger. Reads only, and takes less than 5 seconds.

  --json            print {ok, checks: [{id, title, status, detail, remedy?}]}; status is pass, fail or unknown
  --url <origin>    where Dodo reaches the API, if that is not APP_URL
  --fix             first register the webhook endpoint, or enable it and add the event types it lacks
  --live-test       walk through real payments in test mode, together with a person; refused for live keys
    --save <folder>   keep Dodo's answers there, without personal data and secrets
    --wait <minutes>  how long to wait for each payment; default 15

Exit codes: 0 nothing failed, 1 something failed, 2 the command cannot be run as given.
`;

class UsageError extends Error {}

async function main(): Promise<number> {
  const options = readOptions();
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

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        fix: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        url: { type: 'string' },
        'live-test': { type: 'boolean', default: false },
        save: { type: 'string' },
        wait: { type: 'string' },
      },
    });
    const url = values.url === undefined ? undefined : origin.schema.safeParse(values.url);
    if (url?.success === false) throw new Error(`--url is ${values.url}; expected ${origin.expected}.`);
    if (values.wait !== undefined && !/^[1-9][0-9]{0,3}$/.test(values.wait)) {
      throw new Error(`--wait is ${values.wait}; expected a number of minutes.`);
    }
    const isLive = values['live-test'];
    if (isLive && (values.json || values.fix)) {
      throw new Error('--live-test talks to a person: it cannot be combined with --json or --fix.');
    }
    if (!isLive && (values.save !== undefined || values.wait !== undefined)) {
      throw new Error('--save and --wait belong to --live-test.');
    }
    return { ...values, url: url?.data };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
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
