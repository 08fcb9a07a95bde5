/** Checks with Spin whether claims hold in every state of the model. */
import { fileURLToPath } from 'node:url';
import { lastLines, runCommand } from '../../../sandbox/local/run-command.js';
import { inTemporaryFolder } from '../../support/temporary-folder.js';
import type { Expectation } from './claims.js';

const MODEL = fileURLToPath(new URL('charge.pml', import.meta.url));
/** Far deeper than the model. */
const MOST_STEPS = 100_000;

export interface Checked extends Expectation {
  asExpected: boolean;
  /** The number of states that were explored. */
  states: number;
}

/** Returns what is missing on this machine, if anything. */
export async function missingForSpin(): Promise<string | undefined> {
  for (const [program, ...args] of [
    ['spin', '-V'],
    ['cc', '--version'],
  ] as const) {
    const isThere = await runCommand(program, args).then(
      ({ code }) => code === 0,
      () => false,
    );
    if (!isThere) return `${program} is not installed (apt-get install spin gcc)`;
  }
  return undefined;
}

/** Checks expectations in sequence. Those with the same switches share a checker. */
export async function checkAll(expectations: readonly Expectation[]): Promise<Checked[]> {
  const checked: Checked[] = [];
  const variants = new Set(expectations.map(({ switches }) => switches.join()));
  for (const variant of variants) {
    const same = expectations.filter(({ switches }) => switches.join() === variant);
    await inTemporaryFolder('spin', async (folder) => {
      const defines = (same[0]?.switches ?? []).map((one) => `-D${one}`);
      await run(folder, 'spin', '-a', ...defines, MODEL);
      await run(folder, 'cc', '-O0', '-w', '-o', 'pan', 'pan.c');
      for (const expected of same) {
        const found = await run(folder, './pan', '-a', `-m${MOST_STEPS}`, '-N', expected.claim);
        checked.push({ ...expected, ...read(found, expected) });
      }
    });
  }
  return checked;
}

function read(output: string, { claim, holds }: Expectation): Pick<Checked, 'asExpected' | 'states'> {
  const errors = /errors: (\d+)/.exec(output)?.[1];
  const states = /(\d+) states, stored/.exec(output)?.[1];
  const isTold = output.includes(`(${claim})`) && !output.includes('max search depth too small');
  if (errors === undefined || states === undefined || !isTold)
    throw new Error(`Spin did not say whether ${claim} holds: ${lastLines(output)}`);
  return { asExpected: (errors === '0') === holds, states: Number(states) };
}

async function run(cwd: string, command: string, ...args: string[]): Promise<string> {
  const { code, output } = await runCommand(command, args, { cwd });
  if (code !== 0) throw new Error(`${command} ended with code ${code}: ${lastLines(output)}`);
  return output;
}
