/** The catalog in force: how each offer reads, in each language, and what is paused. */
import { renderCopy } from '../../catalog/copy.js';
import { wordsFor } from '../../catalog/words.js';
import { formatDuration } from '../../domain/duration.js';
import type { Funnel, Offer } from '../../domain/offers.js';
import type { Pause } from '../../domain/pause.js';
import type { PresentationRecord, Price } from '../../domain/presentation.js';
import { html, type Html } from '../../html.js';
import type { Visitor } from '../access.js';
import type { DashboardDeps } from '../deps.js';
import { commandForm } from '../parts/command.js';
import type { Page } from '../parts/layout.js';
import { facts, table } from '../parts/table.js';
import { badge, hrefOf, moment, several, spaced } from '../parts/words.js';

const BACK = '/dashboard/catalog';

export async function catalogPage(
  { ledger, catalogState }: Pick<DashboardDeps, 'ledger' | 'catalogState'>,
  visitor: Visitor,
): Promise<Page> {
  const { catalog, loadedAt, path, refused } = catalogState();
  const [pauses, { running, waiting }] = await Promise.all([ledger.pauses(), ledger.runningByCatalog()]);
  const offers = Object.values(catalog.offers);
  const latest = await Promise.all(
    offers.map(async ({ id }) => (await ledger.presentations({ offerId: id, limit: 1 }))[0]),
  );
  const pauseOf = (kind: Pause['kind'], id: string) =>
    pauses.find((one) => one.kind === kind && one.id === id);
  const old = running.filter(({ catalogHash }) => catalogHash !== catalog.hash);
  return {
    title: 'Catalog',
    area: BACK,
    body: html`
      <div class="head">
        <h1>Catalog</h1>
        <p>
          <code>${catalog.hash}</code> is in force since
          ${moment(loadedAt)}${path !== undefined && html`, from <code>${path}</code>`}.
        </p>
      </div>
      ${
        refused &&
        html`<section class="banner bad" aria-label="Refused change">
          <p>
            <strong>The changed file was refused</strong> ${moment(refused.at)}; the catalog above stays in
            force.
          </p>
          <ul>
            ${refused.problems.map((line) => html`<li><code>${line}</code></li>`)}
          </ul>
        </section>`
      }
      <section class="panel" aria-labelledby="funnels">
        <header>
          <h2 id="funnels">Funnels</h2>
          <span class="soft small">${several(catalog.funnels.length, 'funnel')}</span>
        </header>
        <div class="columns">
          ${catalog.funnels.map((funnel) => funnelCard(funnel, pauseOf('funnel', funnel.id), visitor))}
        </div>
      </section>
      <section class="panel" aria-labelledby="offers">
        <header>
          <h2 id="offers">Offers</h2>
          <span class="soft small">as customers read them</span>
        </header>
        <div class="columns">
          ${offers.map((offer, index) => offerCard(offer, latest[index], pauseOf('offer', offer.id), visitor))}
        </div>
      </section>
      <section class="panel" aria-labelledby="older">
        <header><h2 id="older">Under way on other versions</h2></header>
        ${table({
          caption: 'Offers under way on catalogs that are not in force any more',
          columns: [
            {
              title: 'Catalog',
              heads: true,
              cell: ({ catalogHash }) => html`<code>${catalogHash ?? 'not recorded'}</code>`,
            },
            { title: 'Funnel', cell: ({ funnelId }) => funnelId },
            { title: 'Step', cell: ({ step }) => step },
            { title: 'Offer', cell: ({ offerId }) => offerId },
            { title: 'Open', number: true, cell: ({ open }) => String(open) },
          ],
          rows: old,
          none: 'None: everything under way is on the catalog in force.',
        })}
        ${
          waiting.length > 0 &&
          html`<p class="small soft">
            ${several(
              waiting.reduce((sum, { runs }) => sum + runs, 0),
              'run',
            )}
            between two offers.
          </p>`
        }
      </section>
    `,
  };
}

function funnelCard(funnel: Funnel, pause: Pause | undefined, visitor: Visitor): Html {
  const { id, trigger, priority, steps, holdout, when } = funnel;
  return html`<article class="offer-card" aria-labelledby="funnel-${id}">
    <header class="what">
      <h3 id="funnel-${id}">${id}</h3>
      ${funnel.mode === 'shadow' && badge('in shadow')} ${switchedOff(funnel, pause)}
    </header>
    ${facts([
      ['After', spaced(trigger)],
      ['Priority', String(priority)],
      ['Held out', holdout !== undefined && `${(holdout * 100).toFixed(0)}%`],
      ['When', Object.keys(when).length > 0 && html`<code>${JSON.stringify(when)}</code>`],
    ])}
    <ol class="small steps">
      ${steps.map(
        ({ id: step, offer, on, waitMs }) =>
          html`<li>
            <strong>${step}</strong
            >${step !== offer && html`: ${offer}`}${waitMs !== undefined && `, after ${formatDuration(waitMs)}`}
            <span class="soft">declined: ${on.decline}, expired: ${on.expire}, accepted: ${on.accept}</span>
          </li>`,
      )}
    </ol>
    ${pauseForm('funnel', id, pause, visitor)}
  </article>`;
}

function switchedOff({ paused }: { paused?: boolean }, pause: Pause | undefined): Html {
  if (pause) return badge('paused by an operator', 'care');
  return paused ? badge('paused in the file', 'care') : badge('on', 'good');
}

function pauseForm(kind: Pause['kind'], id: string, pause: Pause | undefined, visitor: Visitor): Html {
  return html`${pause && html`<p class="small soft">Since ${moment(pause.pausedAt)}, by <code>${pause.actor}</code>: “${pause.reason}”</p>`}${commandForm(
    {
      visitor,
      action: `/dashboard/${kind}s/${id}/${pause ? 'unpause' : 'pause'}`,
      label: `${pause ? 'Unpause' : 'Pause'} ${id}`,
      explains: pause
        ? `Lets this ${kind} be shown again, from the next evaluation.`
        : `Shows nothing of this ${kind} to anybody any more, whatever the file says. Open offers stay open.`,
      ...(!pause && { tone: 'danger' as const }),
      back: BACK,
    },
  )}`;
}

/** Shown where an offer was never priced. */
const EXAMPLE: Price = { currency: 'USD', dueNow: 0, hash: '' };

function offerCard(
  offer: Offer,
  latest: PresentationRecord | undefined,
  pause: Pause | undefined,
  visitor: Visitor,
): Html {
  const { id, type, action, copy, windowMs } = offer;
  const price = latest?.price ?? EXAMPLE;
  const product = latest?.product.name ?? ('productId' in action ? action.productId : 'your plan');
  const own = copy.locale ?? 'en';
  const languages = [own, ...Object.keys(copy.locales ?? {})];
  return html`<article class="offer-card" aria-labelledby="offer-${id}">
    <header class="what">
      <h3 id="offer-${id}">${id}</h3>
      ${switchedOff(offer, pause)}
    </header>
    <p class="small soft">
      ${spaced(type)},
      ${spaced(action.kind)}${'productId' in action && html` of <code>${action.productId}</code>`}, open for
      ${formatDuration(windowMs)}.
      ${
        latest
          ? html`Amounts of the
              <a href="${hrefOf.presentation(latest.purchaseId, latest.id)}">latest one shown</a>.`
          : 'Never shown yet, so amounts are zero.'
      }
    </p>
    ${languages.map((language) => {
      const { words, locale } = wordsFor(copy, [language]);
      const said = renderCopy(words, price, product, locale);
      return html`<div class="reading" lang="${language}">
        ${languages.length > 1 && html`<span class="badge">${language}</span>`}
        <p>
          <strong>${said.headline}</strong>
          ${said.badge !== undefined && html`<span class="badge care">${said.badge}</span>`}
        </p>
        ${said.body !== undefined && html`<p class="small">${said.body}</p>`}
        <div class="acts">
          <span class="act yes">${said.accept}</span><span class="act">${said.decline}</span>
        </div>
      </div>`;
    })}
    ${pauseForm('offer', id, pause, visitor)}
  </article>`;
}
