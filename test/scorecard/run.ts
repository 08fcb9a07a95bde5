/** `npm run scorecard [-- --long]`: measures every row that can be measured here, and lists the others. */
import { parseArgs } from 'node:util';
import { startDevServer } from '../../src/temporal/dev-server.js';
import { CAMPAIGN, ROWS, UNMEASURED } from './rows.js';
import type { Measured, Row } from './row.js';
import { openWorld, type World } from './world.js';

const { values } = parseArgs({ options: { long: { type: 'boolean', default: false } } });

const missed: string[] = [];

async function print(row: Row, world: World): Promise<void> {
  const started = performance.now();
  const { figure, met } = await row
    .measure(world, values.long)
    .catch((error: unknown): Measured => ({ figure: `could not be measured: ${String(error)}`, met: false }));
  if (!met) missed.push(row.id);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(
    `\n${row.id.padEnd(7)}${met ? 'met     ' : 'NOT MET '}${row.title} (${seconds} s)\n` +
      `       target: ${row.target}\n       figure: ${figure}\n       how:    ${row.how}\n`,
  );
}

const temporal = await startDevServer({ ui: false });
const world = await openWorld(temporal);
try {
  for (const row of ROWS) await print(row, world);
  await print(CAMPAIGN, world);
} finally {
  await world.close();
  await temporal.stop();
}
for (const { id, title, target, why } of UNMEASURED) {
  process.stdout.write(
    `\n${id.padEnd(7)}not measured  ${title}\n       target: ${target}\n       why:    ${why}\n`,
  );
}
const measured = ROWS.length + 1;
process.stdout.write(
  `\n${measured - missed.length} of ${measured} rows met${values.long ? '' : ', at their short size; --long takes the whole one'}` +
    `${missed.length > 0 ? `; not met: ${missed.join(', ')}` : ''}.\n`,
);
process.exit(missed.length > 0 ? 1 : 0);
