/** `npm run chaos -- --seed N --purchases N --minutes M [--hurry]`: runs a fault campaign. Exits with 1 if an invariant breaks. */
import { parseArgs } from 'node:util';
import { describeViolations } from '../invariants/check.js';
import { runCampaign } from './campaign.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    purchases: { type: 'string', default: '300' },
    minutes: { type: 'string', default: '5' },
    // Lets activities of killed workers time out at once, instead of after up to a minute.
    hurry: { type: 'boolean', default: false },
  },
});
const size = {
  seed: positive('seed', values.seed),
  purchases: positive('purchases', values.purchases),
  minutes: positive('minutes', values.minutes),
};
const started = performance.now();
const say = (line: string) =>
  process.stdout.write(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);

say(`seed ${size.seed}`);
const { violations, ...figures } = await runCampaign({ ...size, hurry: values.hurry, say });
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
if (violations.length > 0) {
  process.stdout.write(
    `\nSeed ${size.seed} broke ${violations.length} invariants:\n${describeViolations(violations)}\n`,
  );
} else {
  process.stdout.write(`\nSeed ${size.seed}: all invariants hold.\n`);
}
process.exit(violations.length > 0 ? 1 : 0);

function positive(name: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  process.stderr.write(`--${name} is ${JSON.stringify(text)}; expected a number above 0.\n`);
  process.exit(2);
}
