/** The options of `npm run doctor`. */
import { parseArgs } from 'node:util';
import { origin } from '../../src/config/fields.js';

export const USAGE = `npm run doctor [-- <options>]

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

/** The command cannot be run as it was given. */
export class UsageError extends Error {}

/**
 * Reads the options of `npm run doctor`.
 *
 * @throws UsageError
 */
export function readOptions(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
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
