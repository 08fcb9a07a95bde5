/** What a funnel in shadow would have done. */
import { html, type Html } from '../../html.js';
import { formatMoney } from '../../catalog/money.js';
import type { ShadowFunnel } from '../../reports/shadows.js';
import { facts, table } from '../parts/table.js';
import { badge, hrefOf, percent, spaced, whole } from '../parts/words.js';

const MODES = { shadow: 'in shadow', live: 'live by now' } as const;

export function shadowPanel(funnel: ShadowFunnel): Html {
  const { funnelId, mode, purchases, candidates, evaluated, waiting, givenUp, insteadOf } = funnel;
  const { reached, reachRate, reachRateInterval, estimatedReach, blocked, prices } = funnel;
  return html`<section class="panel" aria-labelledby="shadow-${funnelId}">
    <header>
      <h2 id="shadow-${funnelId}">${funnelId}</h2>
      ${badge(mode === null ? 'not in the catalog any more' : MODES[mode])}
      <span class="soft small">shown to nobody: what it would have done</span>
    </header>
    ${facts([
      ['Saw', `${whole(purchases)} purchases and triggers`],
      ['May concern', `${whole(candidates)}, of which ${whole(evaluated)} are evaluated`],
      [
        'Would reach',
        html`${whole(reached)} of
        ${whole(evaluated)}${
          reachRate !== null &&
          html`: ${percent(reachRate)}
            <span class="soft small"
              >${percent(reachRateInterval.low)} to ${percent(reachRateInterval.high)}</span
            >, about ${whole(estimatedReach ?? 0)} in all`
        }`,
      ],
      ['Waiting', waiting > 0 && whole(waiting)],
      ['No turn in time', givenUp > 0 && whole(givenUp)],
      [
        'Instead of',
        insteadOf.length > 0 &&
          insteadOf.map(({ funnelId: id, count }) => `${id} (${whole(count)})`).join(', '),
      ],
    ])}
    ${table({
      caption: `What keeps ${funnelId} from being shown`,
      columns: [
        { title: 'Kept back by', heads: true, cell: ({ reason }) => spaced(reason) },
        { title: 'Times', number: true, cell: ({ count }) => whole(count) },
        {
          title: 'The latest',
          cell: ({ example: { purchaseId, detail } }) =>
            html`<a href="${hrefOf.purchase(purchaseId)}">${purchaseId}</a>
              <span class="soft small">${detail ?? ''}</span>`,
        },
      ],
      rows: blocked,
      none: 'Nothing so far.',
    })}
    ${table({
      caption: `What customers would have been asked to pay by ${funnelId}`,
      columns: [
        { title: 'Offer', heads: true, cell: ({ offerId }) => offerId },
        { title: 'Product', cell: ({ productId }) => html`<code>${productId}</code>` },
        { title: 'Customers', number: true, cell: ({ count }) => whole(count) },
        ...(['min', 'p25', 'median', 'p75', 'max'] as const).map((figure) => ({
          title: FIGURES[figure],
          number: true,
          cell: (row: ShadowFunnel['prices'][number]) => formatMoney(row[figure], row.currency),
        })),
      ],
      rows: prices,
      none: 'No price was previewed yet.',
    })}
  </section>`;
}

const FIGURES = {
  min: 'Least',
  p25: 'A quarter up to',
  median: 'Half up to',
  p75: 'Three quarters up to',
  max: 'Most',
} as const;
