import type { Response } from 'express';
import type { Html } from '../../src/html.js';
import { html, raw } from '../../src/html.js';

const STYLE = raw(`
  :root { color-scheme: light; --ink: #1c1b22; --muted: #6b6878; --line: #e4e2ea; --accent: #4a3aff; --ground: #f5f4f9; }
  * { box-sizing: border-box; }
  body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
  main { max-width: 58rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
  .badge { display: inline-block; font-size: .75rem; padding: .15rem .6rem; border-radius: 1rem; background: #ffe9b0; color: #5c4200; }
  h1 { font-size: 1.5rem; margin: .5rem 0 1.5rem; }
  h2 { font-size: 1rem; margin: 0 0 .75rem; }
  .columns { display: grid; gap: 1.25rem; grid-template-columns: 1fr; align-items: start; }
  @media (min-width: 48rem) { .columns { grid-template-columns: 1fr 1.2fr; } }
  .card { background: #fff; border: 1px solid var(--line); border-radius: .9rem; padding: 1.25rem; }
  .card + .card { margin-top: 1.25rem; }
  table { width: 100%; border-collapse: collapse; }
  td { padding: .35rem 0; vertical-align: top; }
  td:last-child { text-align: right; white-space: nowrap; padding-left: 1rem; }
  tr.total td { border-top: 1px solid var(--line); font-weight: 600; padding-top: .7rem; }
  .muted { color: var(--muted); font-size: .9rem; }
  label { display: block; font-size: .9rem; margin: .8rem 0 .25rem; }
  input, select { width: 100%; font: inherit; padding: .6rem .7rem; border: 1px solid #c9c6d4; border-radius: .55rem; background: #fff; color: inherit; }
  input:focus, select:focus, button:focus-visible, a:focus-visible { outline: 3px solid #b9b2ff; outline-offset: 1px; }
  .pair { display: grid; grid-template-columns: 1fr 1fr; gap: .8rem; }
  button { font: inherit; cursor: pointer; border-radius: .55rem; border: 1px solid #c9c6d4; background: #fff; color: inherit; padding: .55rem .9rem; }
  button.primary { width: 100%; margin-top: 1.2rem; padding: .8rem; font-weight: 600; color: #fff; background: var(--accent); border-color: var(--accent); }
  .error { background: #fdecec; border: 1px solid #f2b8b8; color: #8a1414; border-radius: .55rem; padding: .7rem .9rem; margin: 0 0 1rem; }
  .test-cards { list-style: none; margin: 0; padding: 0; }
  .test-cards li + li { margin-top: .4rem; }
  .test-cards button { width: 100%; text-align: left; font-size: .85rem; }
  code { font-family: ui-monospace, monospace; }
  a { color: var(--accent); }
`);

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'";

/** Sends a complete page. */
export function sendPage(response: Response, page: { title: string; body: Html; status?: number }): void {
  const { markup } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${page.title}</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <main>
          <span class="badge">Sandbox: no real money moves here</span>
          <h1>${page.title}</h1>
          ${page.body}
        </main>
      </body>
    </html>`;
  response
    .status(page.status ?? 200)
    .set('content-security-policy', POLICY)
    .set('cache-control', 'no-store')
    .type('html')
    .send(markup);
}

/** Sends a page with nothing but a message, and a link back to the merchant if there is a `backUrl`. */
export function sendNotice(
  response: Response,
  title: string,
  text: string,
  { status = 200, backUrl = null }: { status?: number; backUrl?: string | null } = {},
): void {
  sendPage(response, {
    title,
    status,
    body: html`<div class="card">
      <p>${text}</p>
      ${backUrl !== null && html`<p><a id="return" href="${backUrl}">Back to the shop</a></p>`}
    </div>`,
  });
}
