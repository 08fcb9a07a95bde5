/** Runs a model checker over every case of the charge protocol. */
import { CLAIMS, KNOWN_BAD, type Expectation } from '../model-checking/claims.js';
import { checkAll, missingForSpin } from '../model-checking/spin.js';
import { NotMeasured, type Row } from './row.js';

export const modelChecking: Row = {
  id: 'R20',
  title: 'Model checking of the charge protocol',
  target: 'six claims hold, and fail once a precaution is taken away',
  how: 'Spin looks at every state of test/lab/model-checking/charge.pml, and of eight variants that are known to be bad',
  async measure() {
    const missing = await missingForSpin();
    if (missing !== undefined) throw new NotMeasured(missing);
    const checked = await checkAll([...CLAIMS, ...KNOWN_BAD]);
    const good = (holds: boolean) => checked.filter((one) => one.holds === holds && one.asExpected).length;
    const wrong = checked.filter(({ asExpected }) => !asExpected).map(describe);
    const states = checked.reduce((sum, one) => sum + one.states, 0);
    return {
      figure:
        `${good(true)} of ${CLAIMS.length} claims hold, ${good(false)} of ${KNOWN_BAD.length} bad variants fail, ` +
        `${states} states${wrong.map((one) => `; ${one}`).join('')}`,
      met: wrong.length === 0,
    };
  },
};

function describe({ claim, holds, switches }: Expectation): string {
  const where = switches.length > 0 ? `with ${switches.join(', ')}` : 'of the shipped design';
  return `${claim} ${holds ? 'does not hold' : 'still holds'} ${where}`;
}
