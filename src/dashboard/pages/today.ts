/** The first page: whether money is in doubt, what is under way, and whether everything works. */
import { DAY } from '../../domain/duration.js';
import { html, type Html } from '../../html.js';
import type { DashboardDeps } from '../deps.js';
import type { Page } from '../parts/layout.js';
import { ageOf, badge, money, moment, several, spaced, whole } from '../parts/words.js';

type TodayDeps = Pick<DashboardDeps, 'ledger' | 'runs' | 'dodo' | 'catalogState' | 'now'>;

export async function todayPage(deps: TodayDeps): Promise<Page> {
  const { ledger, catalogState, now } = deps;
  const since = new Date(now().getTime() - DAY).toISOString();
  const [doubt, activity, dead, pauses, health] = await Promise.all([
    ledger.moneyInDoubt(),
    ledger.activity(since),
    ledger.countDeadNotifications(),
    ledger.pauses(),
    healthOf(deps),
  ]);
  const { catalog, loadedAt, path, refused } = catalogState();
  const doubts = doubt.reduce((sum, { count }) => sum + count, 0);
  const oldest = doubt.map(({ oldestOpenedAt }) => oldestOpenedAt).sort()[0];
  const amounts = doubt.filter(({ currency }) => currency !== null);
  const inDoubt = amounts.map(({ amount, currency }) => money(amount, currency ?? undefined)).join(' + ');
  const underWay = activity.unsettled.reduce((sum, { count }) => sum + count, 0);
  const paid = activity.paid.reduce((sum, { count }) => sum + count, 0);
  return {
    title: 'Today',
    area: '/dashboard',
    body: html`
      <div class="head">
        <h1>Today</h1>
        <p>What needs you now, and what the last 24 hours brought.</p>
      </div>
      <dl class="figures">
        <div class="figure ${doubts > 0 ? 'loud' : 'calm'}">
          <dt>Money in doubt</dt>
          <dd>${doubts === 0 ? 'None' : inDoubt || several(doubts, 'review')}</dd>
          <dd class="more">
            ${
              oldest === undefined
                ? 'Every payment is accounted for.'
                : html`<a href="/dashboard/reviews">${several(doubts, 'open review')}</a>, the oldest since
                    ${ageOf(oldest, now())}`
            }
          </dd>
        </div>
        <div class="figure">
          <dt>Offers under way</dt>
          <dd>${whole(underWay)}</dd>
          <dd class="more">
            ${activity.unsettled.map(({ status, count }) => `${whole(count)} ${spaced(status)}`).join(', ') || 'Nobody is being asked.'}
          </dd>
        </div>
        <div class="figure">
          <dt>Converted in 24 hours</dt>
          <dd>
            ${activity.paid.map(({ amount, currency }) => money(amount, currency)).join(' + ') || 'Nothing yet'}
          </dd>
          <dd class="more">
            <a href="/dashboard/rows?${new URLSearchParams({ figure: 'paid', from: since }).toString()}"
              >${whole(paid)} paid</a
            >
            of ${whole(activity.presented)} offered, ${whole(activity.accepted)} accepted
          </dd>
        </div>
        <div class="figure ${dead > 0 && 'loud'}">
          <dt>Dead notifications</dt>
          <dd>${dead === 0 ? 'None' : whole(dead)}</dd>
          <dd class="more">
            ${dead === 0 ? 'Your backend was told everything.' : html`<a href="/dashboard/notifications">Send them again</a>`}
          </dd>
        </div>
      </dl>
      <div class="columns thirds">
        <section class="panel" aria-labelledby="health">
          <header><h2 id="health">Health</h2></header>
          <ul class="health">
            ${health.map(
              ({ name, up, detail }) =>
                html`<li>
                  <span>${name}</span>
                  <span
                    >${detail !== undefined && html`<span class="small soft">${detail}</span> `}${badge(up ? 'up' : 'down', up ? 'good' : 'bad')}</span
                  >
                </li>`,
            )}
          </ul>
        </section>
        <section class="panel" aria-labelledby="mended">
          <header>
            <h2 id="mended">Repaired</h2>
            <span class="soft small">last 24 hours</span>
          </header>
          <ul class="health">
            <li><span>By the janitor</span><strong>${whole(activity.repairs)}</strong></li>
            <li><span>Unconfirmed by Dodo</span><strong>${whole(activity.openCompensations)}</strong></li>
          </ul>
          <p class="small soft">
            Unconfirmed: refunds, and ends of replaced subscriptions. Repairs that go on mean that runs are
            terminated or webhooks are lost.
          </p>
        </section>
        <section class="panel" aria-labelledby="catalog">
          <header>
            <h2 id="catalog">Catalog in force</h2>
            <a href="/dashboard/catalog">How it reads</a>
          </header>
          ${refused && html`<p class="banner bad">The changed file was refused: ${refused.problems[0]}</p>`}
          <p><code>${catalog.hash}</code></p>
          <p class="small soft">Since ${moment(loadedAt)}${path !== undefined && `, from ${path}`}</p>
          ${pausedNow(pauses)}
        </section>
      </div>
    `,
  };
}

function pausedNow(pauses: Awaited<ReturnType<DashboardDeps['ledger']['pauses']>>): Html {
  if (pauses.length === 0) return html`<p class="small soft">Nothing is paused by operators.</p>`;
  return html`<p class="small">
    Paused by operators: ${pauses.map(({ kind, id }) => `${kind} ${id}`).join(', ')}
  </p>`;
}

interface Health {
  name: string;
  up: boolean;
  detail?: string;
}

async function healthOf({ ledger, runs, dodo }: TodayDeps): Promise<Health[]> {
  const reached = async (name: string, ask: () => Promise<string | undefined>): Promise<Health> => {
    try {
      const detail = await ask();
      return { name, up: true, ...(detail !== undefined && { detail }) };
    } catch {
      return { name, up: false };
    }
  };
  return Promise.all([
    reached('Temporal', async () => {
      await runs.ping();
      return undefined;
    }),
    reached('Worker', async () => {
      const pollers = await runs.countWorkers();
      if (pollers === 0) throw new Error('No worker polls.');
      return several(pollers, 'worker');
    }),
    reached('Dodo', async () => {
      await dodo.products.list({ page_size: 1 }, { timeout: DODO_PATIENCE });
      return undefined;
    }),
    reached('Ledger', async () => {
      await ledger.ping();
      return undefined;
    }),
  ]);
}

const DODO_PATIENCE = 3_000;
