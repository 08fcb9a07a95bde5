/** Formats a plan as lines for people. */
import { isEmpty, type Change, type FieldChange, type Plan } from '../../src/reports/catalog-plan.js';
import type { RunningRow, WaitingRow } from '../../src/ledger/index.js';
import type { Paint } from './paint.js';
import { count } from './validate.js';

const SIGNS = { added: ['green', '+'], removed: ['red', '-'], changed: ['yellow', '~'] } as const;
const LONGEST = 90;

export function showPlan(plan: Plan, paint: Paint): string[] {
  if (isEmpty(plan)) return ['No changes.'];
  const number = (kind: Change['kind']) => plan.changes.filter((change) => change.kind === kind).length;
  return [
    ...plan.changes.flatMap((change) => [...showChange(change, paint), '']),
    ...plan.order.flatMap(({ trigger, before, after }) => [
      `Funnels for ${trigger} are tried in a different order:`,
      `    ${before.join(', ')}`,
      `    -> ${after.join(', ')}`,
      '',
    ]),
    ...(plan.affected.length > 0
      ? [
          'New runs affected:',
          ...plan.affected.map(
            ({ funnelId, trigger, because }) => `    ${funnelId} (${trigger}): ${because.join('; ')}`,
          ),
          '',
        ]
      : []),
    paint(
      'bold',
      `${String(number('added'))} to add, ${String(number('changed'))} to change, ${String(number('removed'))} to remove.`,
    ),
  ];
}

function showChange({ kind, what, id, fields }: Change, paint: Paint): string[] {
  const [colour, sign] = SIGNS[kind];
  const title = paint(colour, `${sign} ${[what, id].filter(Boolean).join(' ')}`);
  // The fields of a removed entry are known already; those of a new one are listed in full.
  if (kind === 'removed') return [title];
  return [title, ...fields.map((field) => `    ${showField(field)}`)];
}

function showField({ field, before, after }: FieldChange): string {
  if (before === undefined) return `${field}: ${shorten(after)}`;
  if (after === undefined) return `${field}: ${shorten(before)} -> removed`;
  return `${field}: ${shorten(before)} -> ${shorten(after)}`;
}

function shorten(text = ''): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text;
}

/** Lists the running offers that keep a version other than the new one. */
export function showRunning(
  { running, waiting }: { running: RunningRow[]; waiting: WaitingRow[] },
  hash: string,
): string[] {
  const shown = running
    .filter(({ catalogHash }) => catalogHash !== hash)
    .map((row) => ({ ...row, n: row.open, where: `step ${row.step}, offer ${row.offerId}` }));
  const between = waiting
    .filter(({ catalogHash }) => catalogHash !== hash)
    .map((row) => ({ ...row, n: row.runs, where: 'between two steps' }));
  const old = [...shown, ...between];
  if (old.length === 0) return ['No running offers are affected.'];
  const total = old.reduce((sum, { n }) => sum + n, 0);
  return [
    `${count(total, 'running offer')} ${total === 1 ? 'keeps its' : 'keep their'} version:`,
    ...old.map(
      ({ n, funnelId, where, catalogHash }) =>
        `    ${String(n)}  ${funnelId}, ${where}, ${catalogHash ?? 'version not recorded'}`,
    ),
  ];
}
