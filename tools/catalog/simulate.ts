/** `simulate`: runs synthetic customers through a funnel. */
import { formatMoney } from '../../src/catalog/money.js';
import { SECOND, formatDuration, parseDuration } from '../../src/domain/duration.js';
import { loadCatalog } from '../../src/catalog/file/load.js';
import { formatFunnelTable } from '../../src/reports/funnel-table.js';
import { funnelReport } from '../../src/reports/funnels.js';
import { simulate, type Simulated } from '../../sandbox/simulation/simulate.js';
import { CommandFailure } from './failure.js';
import { count } from './validate.js';

const MAX_CUSTOMERS = 5000;
const MAX_DAYS = 3650;

export interface SimulateOptions {
  customers?: string;
  days?: string;
  accept?: string;
  decline?: string;
  think?: string;
  fail?: string;
  recover?: string;
  price?: string[];
  seed?: string;
}

export async function simulateCommand(
  funnelId: string | undefined,
  path: string,
  options: SimulateOptions,
): Promise<string[]> {
  const catalog = await loadCatalog(path);
  const ids = catalog.funnels.map(({ id }) => id).join(', ');
  if (funnelId === undefined || !catalog.funnels.some(({ id }) => id === funnelId)) {
    throw new CommandFailure(
      `${funnelId === undefined ? 'Name a funnel.' : `There is no funnel ${funnelId} in ${path}.`} Available: ${ids}.`,
      2,
    );
  }
  const isShadow = catalog.funnels.some(({ id, mode }) => id === funnelId && mode === 'shadow');
  const accept = probability('accept', options.accept, 0.2);
  const decline = probability('decline', options.decline, 0.5);
  if (accept + decline > 1)
    throw new CommandFailure('--accept and --decline must not add up to more than 1.', 2);
  const thinkMs = parseDuration(options.think ?? '2m');
  if (!thinkMs) throw new CommandFailure('--think must be a duration such as 30s or 2m.', 2);
  const input = {
    catalog,
    funnelId,
    customers: wholeNumber('customers', options.customers, 100, 1, MAX_CUSTOMERS),
    days: wholeNumber('days', options.days, 30, 0, MAX_DAYS),
    seed: wholeNumber('seed', options.seed, 1, 0, Number.MAX_SAFE_INTEGER),
    behaviour: {
      accept,
      decline,
      fail: probability('fail', options.fail, 0),
      recover: probability('recover', options.recover, 0.3),
      thinkMs,
    },
    prices: Object.fromEntries((options.price ?? []).map(priceOf)),
  };
  const started = performance.now();
  const simulated = await simulate(input);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return [
    `Funnel ${funnelId} of ${path} (${catalog.hash}): ${count(input.customers, 'customer')} over ${count(input.days, 'day')}, seed ${String(input.seed)}.`,
    ...(isShadow ? ['It is in shadow: simulated as if it were live.'] : []),
    '',
    ...show(simulated),
    '',
    `${inSeconds(simulated.elapsed)} of simulated time took ${seconds} s.`,
  ];
}

function show({ rows, outcomes, durations, prices }: Simulated): string[] {
  const ended = Object.entries(outcomes).sort(([, one], [, other]) => other - one);
  const median = durations[Math.floor(durations.length / 2)];
  return [
    formatFunnelTable(funnelReport(rows)),
    '',
    `Ended:  ${ended.map(([outcome, n]) => `${outcome} ${String(n)}`).join(', ')}`,
    ...(median === undefined
      ? []
      : [`Time to outcome:  median ${inSeconds(median)}, longest ${inSeconds(durations.at(-1) ?? 0)}`]),
    `Prices:  ${prices.map(({ productId, price, currency, from }) => `${productId} ${formatMoney(price, currency)} (${from})`).join(', ')}`,
  ];
}

/** Formats a duration without fractions of a second. */
function inSeconds(ms: number): string {
  return formatDuration(Math.floor(ms / SECOND) * SECOND);
}

function probability(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (text?.trim() === '' || !(value >= 0 && value <= 1)) {
    throw new CommandFailure(`--${name} must be a probability from 0 to 1, not ${text ?? ''}.`, 2);
  }
  return value;
}

function wholeNumber(
  name: string,
  text: string | undefined,
  otherwise: number,
  least: number,
  most: number,
): number {
  const value = text === undefined ? otherwise : Number(text);
  if (text?.trim() === '' || !Number.isInteger(value) || value < least || value > most) {
    throw new CommandFailure(
      `--${name} must be a whole number from ${String(least)} to ${String(most)}, not ${text ?? ''}.`,
      2,
    );
  }
  return value;
}

function priceOf(text: string): [string, number] {
  const [, productId = '', amount = ''] = /^([A-Za-z0-9_-]+)=(\d{1,9})$/.exec(text) ?? [];
  if (productId === '') {
    throw new CommandFailure(`--price must be <product>=<minor units>, such as prod_x=4900, not ${text}.`, 2);
  }
  return [productId, Number(amount)];
}
