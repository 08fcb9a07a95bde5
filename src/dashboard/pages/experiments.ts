/** Experiments and holdouts: arms, shares, uplift and verdicts. */
import { z } from 'zod';
import { html, type Html } from '../../html.js';
import {
  GUARDRAILS,
  type ArmResult,
  type ExperimentResult,
  type Guardrail,
} from '../../reports/experiment-report.js';
import { experimentReport } from '../../reports/experiments.js';
import type { DashboardDeps } from '../deps.js';
import type { Page } from '../parts/layout.js';
import { periodOfPage } from '../parts/period.js';
import { intervals } from '../parts/plot.js';
import { csvOf, table, type Column } from '../parts/table.js';
import { badge, money, moment, NOTHING, percent, whole } from '../parts/words.js';

export const experimentsQuery = z.strictObject(periodOfPage);

type ExperimentsDeps = Pick<DashboardDeps, 'ledger' | 'catalog' | 'now'>;

export async function experimentsPage({ ledger, catalog, now }: ExperimentsDeps): Promise<Page> {
  const { experiments } = experimentReport(await ledger.experimentReport(), catalog(), now());
  return {
    title: 'Experiments',
    area: '/dashboard/experiments',
    body: html`
      <div class="head">
        <h1>Experiments</h1>
        <p>Verdicts stay valid however often you look at them.</p>
        <a href="/dashboard/experiments.csv">CSV</a>
      </div>
      ${
        experiments.length === 0
          ? html`<section class="panel">
              <p class="none">No experiment has run yet. The catalog defines them.</p>
            </section>`
          : html`${experiments.map(experimentPanel)}`
      }
    `,
  };
}

interface ArmRow extends ArmResult {
  experiment: string;
}

export async function experimentsCsv({ ledger, catalog, now }: ExperimentsDeps): Promise<string> {
  const { experiments } = experimentReport(await ledger.experimentReport(), catalog(), now());
  const rows = experiments.flatMap(({ name, arms }): ArmRow[] =>
    arms.map((arm) => ({ experiment: name, ...arm })),
  );
  return csvOf(CSV, rows);
}

function experimentPanel(result: ExperimentResult, index: number): Html {
  const { name, kind, inForce, compares, arms, sampleRatio, firstExposedAt, lastExposedAt } = result;
  const id = `experiment-${index}`;
  const compared = arms.flatMap(({ variant, comparison }) =>
    comparison?.conversion ? [{ name: variant, ...comparison.conversion }] : [],
  );
  const weights = arms.reduce((sum, { weight }) => sum + weight, 0);
  const exposed = arms.reduce((sum, arm) => sum + arm.exposed, 0);
  const share = (part: number, of: number) => percent(of === 0 ? null : part / of);
  const columns: Column<ArmResult>[] = [
    { title: 'Arm', heads: true, cell: ({ variant }) => variant },
    {
      title: 'Exposed',
      number: true,
      cell: (arm) =>
        html`${whole(arm.exposed)}<span class="soft small"
            >${share(arm.exposed, exposed)} of ${share(arm.weight, weights)}</span
          >`,
    },
    { title: 'Accepted', number: true, cell: ({ accepted }) => whole(accepted) },
    { title: 'Paid', number: true, cell: ({ paid }) => whole(paid) },
    {
      title: 'Conversion',
      number: true,
      cell: ({ conversion, conversionInterval: { low, high } }) =>
        html`${percent(conversion)}<span class="soft small">${percent(low)} to ${percent(high)}</span>`,
    },
    {
      title: 'Net per customer',
      number: true,
      cell: ({ revenuePerCustomer }) =>
        Object.entries(revenuePerCustomer)
          .map(([currency, { mean }]) => money(Math.round(mean), currency))
          .join(' + ') || NOTHING,
    },
    {
      title: 'Verdict',
      cell: ({ comparison }) => (comparison ? badge(comparison.verdict) : 'compared with'),
    },
  ];
  return html`<section class="panel" aria-labelledby="${id}">
    <header>
      <h2 id="${id}">${name}</h2>
      <span>${badge(kind)} ${!inForce && badge('ended')}</span>
    </header>
    <p class="small soft">${compares}</p>
    ${
      sampleRatio.mismatch &&
      html`<p class="banner care">
        The customers are not divided as the weights say, and chance does not explain it (p =
        ${sampleRatio.pValue?.toPrecision(2)}).
      </p>`
    }
    ${table({ caption: `The arms of ${name}`, columns, rows: arms, none: 'It has no arms.' })}
    ${intervals(
      `${name}: difference in conversion from ${arms[0]?.variant ?? ''}`,
      compared.map(({ name: arm, difference, low, high }) => ({
        name: arm,
        estimate: difference,
        low,
        high,
      })),
      (value) => `${(value * 100).toFixed(1)} points`,
      0,
    )}
    ${table({ caption: `Guardrails of ${name}`, columns: GUARDRAIL_COLUMNS, rows: arms, none: 'It has no arms.' })}
    ${arms.map(({ comparison }) => comparison && html`<p>${comparison.inWords}</p>`).filter((one) => one !== undefined)}
    ${firstExposedAt !== undefined && html`<p class="small soft">First customer ${moment(firstExposedAt)}, latest ${moment(lastExposedAt)}.</p>`}
  </section>`;
}

const GUARDRAIL_NAMES: Record<Guardrail, string> = {
  declined: 'Declined',
  refunded: 'Refunded',
  disputed: 'Disputed',
  firstRefunded: 'First purchase refunded',
};

const GUARDRAIL_COLUMNS: Column<ArmResult>[] = [
  { title: 'Guardrails', heads: true, cell: ({ variant }) => variant },
  ...GUARDRAILS.map((name): Column<ArmResult> => ({
    title: GUARDRAIL_NAMES[name],
    number: true,
    cell: ({ guardrails: { [name]: found } }) =>
      html`${found.worse && html`${badge('worse')} `}${whole(found.count)}<span class="soft small"
          >${percent(found.share)}${
            found.difference &&
            `, ${percent(found.difference.low)} to ${percent(found.difference.high)} from the first arm`
          }</span
        >`,
  })),
];

const CSV: Column<ArmRow>[] = [
  { title: 'experiment', cell: ({ experiment }) => experiment },
  { title: 'arm', cell: ({ variant }) => variant },
  { title: 'weight', cell: () => '', csv: ({ weight }) => weight },
  { title: 'exposed', cell: () => '', csv: ({ exposed }) => exposed },
  { title: 'accepted', cell: () => '', csv: ({ accepted }) => accepted },
  { title: 'paid', cell: () => '', csv: ({ paid }) => paid },
  ...GUARDRAILS.map((name): Column<ArmRow> => ({
    title: name,
    cell: () => '',
    csv: ({ guardrails }) => guardrails[name].count,
  })),
  { title: 'verdict', cell: ({ comparison }) => comparison?.verdict ?? '' },
  { title: 'difference', cell: () => '', csv: ({ comparison }) => comparison?.conversion?.difference },
  { title: 'low', cell: () => '', csv: ({ comparison }) => comparison?.conversion?.low },
  { title: 'high', cell: () => '', csv: ({ comparison }) => comparison?.conversion?.high },
];
