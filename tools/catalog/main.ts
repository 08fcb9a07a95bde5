/** `npm run catalog -- <command>`: checks a catalog, previews a change and tries it out. */
import { parseArgs } from 'node:util';
import { CatalogError } from '../../src/catalog/file/load.js';
import { loadDotEnv } from '../../src/config/dotenv.js';
import { CommandFailure } from './failure.js';
import { painter } from './paint.js';
import { plan } from './plan.js';
import { validate } from './validate.js';
import { whatIfCommand } from './what-if.js';

const USAGE = `npm run catalog -- <command> [file]        file: CATALOG, else offers.yaml

  validate                    list every mistake with its line, and what is probably unintended
  plan                        show what changes, including the order of funnels, and what keeps the old version
      --against <file>          compare with a file
      --api <url> --key <key>   compare with a running system (API_URL, OPERATOR_KEYS); default: the last commit
  what-if                     replay recorded purchases and triggers against the catalog
      --api <url> --key <key>   read them from a running system (API_URL, OPERATOR_KEYS)
      --since <time>            only those since this time
      --purchases <file>        read them from a file of JSON lines
  simulate <funnel> [file]    run synthetic customers through the real workflow code, months in seconds
      --catalog <file>          the same as [file]
      --customers <n>           number of customers; default 100
      --days <n>                days over which they arrive; default 30
      --accept <p> --decline <p>  probabilities at every step; default 0.2 and 0.5, the rest let the offer lapse
      --think <duration>        median time to a decision; default 2m
      --fail <p> --recover <p>  probabilities that a charge is declined (default 0) and then paid at the checkout (0.3)
      --price <product>=<minor units>  price of a product; may be repeated
      --seed <n>                the same seed gives the same customers; default 1

Exit codes: 0 success, 1 invalid catalog, 2 the command cannot be run as given.
`;

const text = { type: 'string' } as const;
const OPTIONS = {
  validate: {},
  plan: { against: text, api: text, key: text },
  'what-if': { api: text, key: text, purchases: text, since: text },
  simulate: {
    catalog: text,
    customers: text,
    days: text,
    accept: text,
    decline: text,
    think: text,
    fail: text,
    recover: text,
    price: { type: 'string', multiple: true },
    seed: text,
  },
} as const;

async function main([command = '', ...args]: string[]): Promise<string[]> {
  if (command === '' || command === 'help' || command === '--help') return [USAGE.trimEnd()];
  if (!Object.hasOwn(OPTIONS, command)) {
    throw new CommandFailure(`Unknown command "${command}".\n\n${USAGE.trimEnd()}`, 2);
  }
  const { values, positionals } = parse(command as keyof typeof OPTIONS, args);
  const [first, second] = positionals;
  const most = command === 'simulate' ? 2 : 1;
  if (positionals.length > most) {
    const allowed = most === 1 ? 'one argument' : 'two arguments';
    throw new CommandFailure(`${command} takes at most ${allowed}, not ${positionals.length}.`, 2);
  }
  const path = process.env.CATALOG ?? 'offers.yaml';
  switch (command as keyof typeof OPTIONS) {
    case 'validate':
      return validate(first ?? path);
    case 'plan':
      return plan(first ?? path, values, painter(process.stdout));
    case 'what-if':
      return whatIfCommand(first ?? path, values);
    case 'simulate': {
      // Its dependencies are large, and for development only.
      const { simulateCommand } = await import('./simulate.js');
      return simulateCommand(first, second ?? values.catalog ?? path, values);
    }
  }
}

type OptionName =
  'against' | 'api' | 'key' | 'purchases' | 'since' | Exclude<keyof (typeof OPTIONS)['simulate'], 'price'>;
type Values = Partial<Record<OptionName, string>> & { price?: string[] };

function parse(command: keyof typeof OPTIONS, args: string[]): { values: Values; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPTIONS[command] });
    return { values: values as Values, positionals };
  } catch (error) {
    throw new CommandFailure(error instanceof Error ? error.message : String(error), 2);
  }
}

try {
  loadDotEnv();
  process.stdout.write(`${(await main(process.argv.slice(2))).join('\n')}\n`);
} catch (error) {
  const known = error instanceof CommandFailure || error instanceof CatalogError;
  process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = error instanceof CatalogError ? 1 : error instanceof CommandFailure ? error.exitCode : 2;
}
