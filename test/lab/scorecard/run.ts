/** `npm run scorecard [-- --long] [R2 R9 ...]`: measures all rows that this machine can measure, or only the named ones. */
import { parseArgs } from 'node:util';
import { startDevServer } from '../../../sandbox/local/dev-server.js';
import { startProductProcesses } from '../chaos/product-processes.js';
import { DEEP } from './deep-rows.js';
import { CAMPAIGN, OFFERS_STAY_OPEN, PROCESS_ROWS, ROWS } from './rows.js';
import { NotMeasured, type Measured, type Row } from './row.js';
import { openInProcessSystem } from './in-process-system.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { long: { type: 'boolean', default: false } },
});
const wanted = <T extends { id: string }>(rows: T[]): T[] =>
  rows.filter(({ id }) => positionals.length === 0 || positionals.includes(id));

let measured = 0;
const missed: string[] = [];

/** Measures and prints a row. If its system could not be set up, the row says why. */
async function print<Place>(row: Row<Place>, place: Promise<Place>): Promise<void> {
  let started = performance.now();
  const outcome = await place
    .then((there) => {
      started = performance.now();
      return row.measure(there, values.long);
    })
    .catch((error: unknown): Measured | NotMeasured =>
      error instanceof NotMeasured
        ? error
        : { figure: `could not be measured: ${String(error)}`, met: false },
    );
  if (outcome instanceof NotMeasured) return printNotMeasured(row, outcome.message);
  const { figure, met } = outcome;
  measured += 1;
  if (!met) missed.push(row.id);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(
    `\n${row.id.padEnd(7)}${met ? 'met     ' : 'NOT MET '}${row.title} (${seconds} s)\n` +
      `       target: ${row.target}\n       figure: ${figure}\n       how:    ${row.how}\n`,
  );
}

function printNotMeasured({ id, title, target }: Pick<Row, 'id' | 'title' | 'target'>, why: string): void {
  process.stdout.write(
    `\n${id.padEnd(7)}not measured  ${title}\n       target: ${target}\n       why:    ${why}\n`,
  );
}

/** Sets up a system for its rows, if there are any, and closes it after the last one. */
async function printAll<Place>(
  rows: Row<Place>[],
  setUp: () => Promise<Place>,
  leave: (place: Place) => Promise<void>,
): Promise<void> {
  if (rows.length === 0) return;
  const place = setUp();
  for (const row of rows) await print(row, place);
  await place.then(leave, () => undefined);
}

if (wanted([...ROWS, ...DEEP]).length > 0) {
  const temporal = await startDevServer({ ui: false });
  await printAll(
    wanted([...ROWS, ...DEEP]),
    () => openInProcessSystem(temporal),
    (system) => system.close(),
  );
  await temporal.stop();
}
await printAll(
  wanted(PROCESS_ROWS),
  () => startProductProcesses({ window: OFFERS_STAY_OPEN }),
  (system) => system.stop(),
);
for (const row of wanted([CAMPAIGN])) await print(row, Promise.resolve());

process.stdout.write(
  `\n${measured - missed.length} of ${measured} rows met${values.long ? '' : ', at their short size; --long takes the whole one'}` +
    `${missed.length > 0 ? `; not met: ${missed.join(', ')}` : ''}.\n`,
);
process.exit(missed.length > 0 ? 1 : 0);
