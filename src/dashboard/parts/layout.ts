/** The frame of every page: search, navigation, and who is signed in. */
import { html, type Html } from '../../html.js';
import type { Visitor } from '../access.js';
import { STYLE_SHEET } from './style.js';

const PAGES = [
  ['/dashboard', 'Today'],
  ['/dashboard/reviews', 'Reviews'],
  ['/dashboard/offers', 'Offers'],
  ['/dashboard/funnels', 'Funnels'],
  ['/dashboard/experiments', 'Experiments'],
  ['/dashboard/catalog', 'Catalog'],
  ['/dashboard/notifications', 'Notifications'],
  ['/dashboard/bulk', 'In bulk'],
  ['/dashboard/audit', 'Audit trail'],
] as const;

export type Area = (typeof PAGES)[number][0];

export interface Page {
  title: string;
  /** The entry of the navigation it belongs to. */
  area?: Area;
  body: Html;
}

export interface Surroundings {
  visitor: Visitor;
  openReviews: number;
  /** What was searched for. */
  query?: string;
}

/** A complete page for somebody who is signed in. */
export function framed({ title, area, body }: Page, { visitor, openReviews, query }: Surroundings): Html {
  return document(
    title,
    html`<a class="skip" href="#content">Skip to the content</a>
      <div class="frame">
        <header class="side">
          <a class="brand" href="/dashboard">${MARK}<span>Durable upsells</span></a>
          <form class="find" action="/dashboard/search" role="search">
            <label class="unseen" for="q">Any id: customer, payment, subscription, purchase, refund</label>
            <input
              id="q"
              name="q"
              type="search"
              placeholder="Any id"
              value="${query}"
              autocomplete="off"
              spellcheck="false"
            />
            <button type="submit">Find</button>
          </form>
          <nav class="nav" aria-label="Pages">
            <ul>
              ${PAGES.map(
                ([href, name]) =>
                  html`<li>
                    <a href="${href}" ${href === area && CURRENT}
                      >${name}${
                        href === '/dashboard/reviews' &&
                        openReviews > 0 &&
                        html`<span class="count">${openReviews}<span class="unseen"> open</span></span>`
                      }</a
                    >
                  </li>`,
              )}
            </ul>
          </nav>
          ${signedIn(visitor)}
        </header>
        <main id="content" tabindex="-1">${lockNotice(visitor)}${body}</main>
      </div>`,
  );
}

const CURRENT: Html = { markup: 'aria-current="page"' };

function signedIn({ actor, session, token }: Visitor): Html {
  return html`<div class="leave">
    <span>${actor.includes('@') || actor.includes(':') ? 'Signed in as' : 'Key'} <code>${actor}</code></span>
    ${
      session &&
      html`<form method="post" action="/dashboard/sign-out">
        <input type="hidden" name="token" value="${token}" />
        <button class="plain" type="submit">Sign out</button>
      </form>`
    }
  </div>`;
}

function lockNotice({ locked, readOnly, token }: Visitor): Html {
  if (readOnly)
    return html`<section class="banner care" aria-label="Read-only">
      <p><strong>Read-only.</strong> You may look at everything, and give no commands.</p>
    </section>`;
  if (!locked) return html``;
  return html`<section class="banner care" aria-label="Read-only">
    <p><strong>Live mode: read-only.</strong> Commands are refused until you unlock them, for 15 minutes.</p>
    <form class="filters" method="post" action="/dashboard/unlock">
      <input type="hidden" name="token" value="${token}" />
      <label>Reason <input name="reason" required maxlength="500" /></label>
      <button type="submit">Unlock</button>
    </form>
  </section>`;
}

/** @param next where the browser goes on to by itself; a path of the dashboard */
export function document(title: string, body: Html, next?: string): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        ${next !== undefined && html`<meta http-equiv="refresh" content="0;url=${next}" />`}
        <title>${title} · Durable upsells</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${STYLE_SHEET.path}" />
      </head>
      <body>
        ${body}
      </body>
    </html>`;
}

/** Steps that lead up. */
export const MARK = html`<svg viewBox="0 0 24 24" aria-hidden="true">
  <circle class="dot" cx="12" cy="12" r="12" />
  <path class="step" d="M5.5 16.5h4.4v-4.4h4.4V7.7h4.2" />
</svg>`;
