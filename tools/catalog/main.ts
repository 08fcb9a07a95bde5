/** `npm run catalog -- <command>`: checks a catalog, previews a change, and tries it out. */
import { parseArgs } from 'node:util';
import { CatalogError } from '../../src/catalog/file/load.js';
import { loadDotEnv } from '../../src/config/dotenv.js';
import { CommandFailure } from './failure.js';
import { painter } from './paint.js';
import { plan } from './plan.js';
import { validate } from './validate.js';
import { whatIfCommand } from './what-if.js';

const USAGE = `npm run catalog -- <command> [file]        file: CATALOG, else offers.yaml

  validate                    every mistake with its line, and what is probably not meant
  plan                        what changes, in what order funnels are tried, and what keeps the old version
      --against <file>          compared with a file
      --api <url> --key <key>   compared with a running system (API_URL, OPERATOR_KEYS); else with the last commit
  what-if                     what the catalog would have made of recorded purchases and triggers
      --api <url> --key <key>   recorded by a running system (API_URL, OPERATOR_KEYS)
      --since <time>            only later ones
      --purchases <file>        recorded in a file of JSON lines
  simulate <funnel>           synthetic customers on the real workflow code, months in seconds
      --catalog <file>          the file that has the funnel
      --customers <n>           100
      --days <n>                over how many days they come: 30
      --accept <p> --decline <p>  chances at every step: 0.2 and 0.5; the rest let it lapse
      --think <duration>        how long half of them take to decide: 2m
      --fail <p> --recover <p>  chances that a charge is declined, and that it is paid at the checkout then: 0, 0.3
      --price <product>=<minor units>  a price, as often as needed
      --seed <n>                the same seed makes the same people: 1

Exit codes: 0 done, 1 the catalog is refused, 2 the command cannot be carried out as given.
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
    throw new CommandFailure(`There is no command "${command}".\n\n${USAGE.trimEnd()}`, 2);
  }
  const { values, positionals } = parse(command as keyof typeof OPTIONS, args);
  const [first, ...more] = positionals;
  if (more.length > 0) throw new CommandFailure(`${command} takes one argument, not ${more.length + 1}.`, 2);
  const path = process.env.CATALOG ?? 'offers.yaml';
  switch (command as keyof typeof OPTIONS) {
    case 'validate':
      return validate(first ?? path);
    case 'plan':
      return plan(first ?? path, values, painter(process.stdout));
    case 'what-if':
      return whatIfCommand(first ?? path, values);
    case 'simulate': {
      // What it needs is large, and a development dependency.
      const { simulateCommand } = await import('./simulate.js');
      return simulateCommand(first, values.catalog ?? path, values);
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
