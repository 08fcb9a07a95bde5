/** Describes the comparison of two arms in a sentence, for whoever runs the experiment. */
import { formatMoney } from '../catalog/money.js';
import type { Lift, Verdict } from './experiment-report.js';
import type { ArmCount } from './phases.js';

export interface Compared {
  verdict: Verdict;
  control: ArmCount;
  arm: ArmCount;
  perArm: number;
  conversion: Lift | null;
  revenue: Record<string, Lift>;
  alpha: number;
}

export function inWords({ verdict, control, arm, perArm, conversion, revenue, alpha }: Compared): string {
  const [one, other] = [arm.variant, control.variant];
  const lift = conversion ? ` (${points(conversion)})` : '';
  switch (verdict) {
    case 'collecting':
      return `Too early to tell: each arm needs ${perArm} customers; ${other} has ${control.exposed}, ${one} has ${arm.exposed}.`;
    case 'sample_ratio_mismatch':
      return 'Do not trust this result: the split of customers between the arms does not match their weights, and chance does not explain it. Something keeps customers of one arm from being counted.';
    case 'no_difference':
      return `No difference in conversion between ${one} and ${other} was found${lift}.${money(revenue, alpha)}`;
    case 'better':
      return `${one} converts better than ${other}${lift}.${money(revenue, alpha)}`;
    case 'worse':
      return `${one} converts worse than ${other}${lift}.${money(revenue, alpha)}`;
  }
}

function points({ difference, low, high }: Lift): string {
  const inPoints = (share: number) => (share * 100).toFixed(1);
  return `${signed(difference, inPoints)} points, probably between ${inPoints(low)} and ${inPoints(high)}`;
}

/** Mentions only the currencies in which chance is an unlikely explanation. */
function money(revenue: Record<string, Lift>, alpha: number): string {
  return Object.entries(revenue)
    .filter(([, { pValue }]) => pValue !== null && pValue < alpha)
    .map(([currency, { difference, low, high }]) => {
      const inMoney = (amount: number) => formatMoney(Math.round(amount), currency);
      const more = difference > 0 ? 'more' : 'less';
      const [from, to] = difference > 0 ? [low, high] : [-high, -low];
      return ` It brings in ${inMoney(Math.abs(difference))} ${more} per customer, probably between ${inMoney(from)} and ${inMoney(to)}.`;
    })
    .join('');
}

function signed(value: number, format: (value: number) => string): string {
  return value > 0 ? `+${format(value)}` : format(value);
}
