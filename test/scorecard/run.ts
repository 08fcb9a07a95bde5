/** `npm run scorecard [-- --long]`: measures every row that can be measured here, and lists the others. */
import { parseArgs } from 'node:util';
import { startDevServer } from '../../src/temporal/dev-server.js';
import { DEEP } from './deep-rows.js';
import { CAMPAIGN, ROWS, UNMEASURED } from './rows.js';
import { NotMeasured, type Measured, type Row, type Unmeasured } from './row.js';
import { openWorld, type World } from './world.js';

const { values } = parseArgs({ options: { long: { type: 'boolean', default: false } } });

const missed: string[] = [];
let measured = 0;

async function print(row: Row, world: World): Promise<void> {
  const started = performance.now();
  const outcome = await row
    .measure(world, values.long)
    .catch((error: unknown): Measured | NotMeasured =>
      error instanceof NotMeasured
        ? error
        : { figure: `could not be measured: ${String(error)}`, met: false },
    );
  if (outcome instanceof NotMeasured) return printUnmeasured({ ...row, why: outcome.message });
  const { figure, met } = outcome;
  measured += 1;
  if (!met) missed.push(row.id);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(
    `\n${row.id.padEnd(7)}${met ? 'met     ' : 'NOT MET '}${row.title} (${seconds} s)\n` +
      `       target: ${row.target}\n       figure: ${figure}\n       how:    ${row.how}\n`,
  );
}

function printUnmeasured({ id, title, target, why }: Unmeasured): void {
  process.stdout.write(
    `\n${id.padEnd(7)}not measured  ${title}\n       target: ${target}\n       why:    ${why}\n`,
  );
}

const temporal = await startDevServer({ ui: false });
const world = await openWorld(temporal);
try {
  for (const row of ROWS) await print(row, world);
  for (const row of [CAMPAIGN, ...DEEP]) await print(row, world);
} finally {
  await world.close();
  await temporal.stop();
}
UNMEASURED.forEach(printUnmeasured);
process.stdout.write(
  `\n${measured - missed.length} of ${measured} rows met${values.long ? '' : ', at their short size; --long takes the whole one'}` +
    `${missed.length > 0 ? `; not met: ${missed.join(', ')}` : ''}.\n`,
);
process.exit(missed.length > 0 ? 1 : 0);
