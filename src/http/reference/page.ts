/** The reference as a page, for `GET /docs`. It loads nothing from anywhere else. */
import { Router } from 'express';
import type { openApiDocument } from '../openapi/document.js';
import { pageHeaders } from '../page-headers.js';
import { referenceOf, type Field, type Operation, type Reference } from './model.js';

export function referenceRoutes(document: ReturnType<typeof openApiDocument>): Router {
  const router = Router();
  let page: string | undefined;
  const guarded = pageHeaders({ formAction: ["'none'"] });
  router.get('/docs', guarded, (_req, res) => {
    page ??= referencePage(referenceOf(document));
    res.set('Cache-Control', 'public, max-age=300').type('html').send(page);
  });
  router.get('/docs/style.css', guarded, (_req, res) => {
    res.set('Cache-Control', 'public, max-age=300').type('css').send(STYLES);
  });
  return router;
}

export function referencePage({ title, description, sections, webhooks, shapes }: Reference): string {
  const operations = sections.flatMap((section) => section.operations);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>API of ${escape(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<nav aria-label="Operations">
<a class="home" href="#main">${escape(title)}</a>
${sections
  .map(
    ({ name, operations: some }) =>
      `<h2>${escape(name)}</h2><ul>${some.map(({ id, summary }) => `<li><a href="#${id}">${escape(summary)}</a></li>`).join('')}</ul>`,
  )
  .join('\n')}
<h2>More</h2><ul><li><a href="#webhooks">Webhooks</a></li><li><a href="#shapes">Shapes</a></li><li><a href="/openapi.json">openapi.json</a></li></ul>
</nav>
<main id="main">
<h1>API</h1>
<p>${code(description)}</p>
<p>${operations.length} operations. <a href="/openapi.json">The same for machines.</a></p>
${sections
  .map(
    (section) =>
      `<section><h2>${escape(section.name)}</h2><p>${code(section.description)}</p>${section.operations.map(operation).join('')}</section>`,
  )
  .join('\n')}
<section id="webhooks"><h2>Webhooks</h2><p>Sent to the merchant’s backend, signed as Standard Webhooks describes.</p>
${webhooks.map(({ path, summary, body }) => `<p><code>${escape(path)}</code> ${escape(summary)}. ${type(body?.fields[0]?.type ?? '')}</p>`).join('\n')}</section>
<section id="shapes"><h2>Shapes</h2>
${shapes
  .map(
    (shape) =>
      `<article id="${shape.name}"><h3>${shape.name}</h3>${shape.description ? `<p>${code(shape.description)}</p>` : ''}${shape.type ? `<p>${type(shape.type)}</p>` : ''}${fields(shape.fields)}</article>`,
  )
  .join('\n')}</section>
</main>
</body>
</html>
`;
}

function operation(one: Operation): string {
  const { id, method, path, summary, description, parameters, body, answers } = one;
  return `<article id="${id}">
<h3><span class="method ${method.toLowerCase()}">${method}</span> <code>${escape(path).replaceAll('/', '/<wbr>')}</code></h3>
<p><strong>${escape(summary)}.</strong> ${code(description)}</p>
${parameters.length > 0 ? `<h4>Parameters</h4>${fields(parameters)}` : ''}
${body && body.fields.length > 0 ? `<h4>Body${body.required ? '' : ', which may be left out'}</h4>${fields(body.fields)}` : ''}
<h4>Answers</h4>
<table><tbody>${answers
    .map(
      (answer) =>
        `<tr><th scope="row"><span class="status s${answer.status[0] ?? ''}">${answer.status}</span></th><td>${type(answer.type)}<br>${code(answer.description)}</td></tr>`,
    )
    .join('')}</tbody></table>
</article>`;
}

function fields(list: readonly (Field & { in?: string })[]): string {
  if (list.length === 0) return '';
  return `<table><tbody>${list
    .map(
      (field) =>
        `<tr><th scope="row"><code>${escape(field.name)}</code>${field.in ? ` <small>${field.in}</small>` : ''}${field.required ? '' : ' <small>optional</small>'}</th><td>${type(field.type)}${field.description ? `<br>${code(field.description)}` : ''}</td></tr>`,
    )
    .join('')}</tbody></table>`;
}

/** Links the names of shapes, which alone begin with a capital letter. */
function type(text: string): string {
  return `<span class="type">${escape(text).replaceAll(/\b(?!URL\b)[A-Z]\w+\b(?!&quot;)/g, (name) => `<a href="#${name}">${name}</a>`)}</span>`;
}

/** Writes text between backticks as code. */
function code(text: string): string {
  return escape(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const STYLES = `:root{color-scheme:light dark;--text:light-dark(#1b1f27,#e9edf3);--muted:light-dark(#545c6b,#a9b2c1);--line:light-dark(#dfe4ec,#303846);--back:light-dark(#fff,#12161c);--side:light-dark(#f6f8fb,#171c24);--link:light-dark(#1d5fd1,#8ab4ff)}
*{box-sizing:border-box}
body{margin:0;display:grid;grid-template-columns:18rem minmax(0,1fr);font:16px/1.55 system-ui,sans-serif;color:var(--text);background:var(--back)}
nav{position:sticky;top:0;height:100dvh;overflow:auto;padding:1.5rem 1.25rem;background:var(--side);border-inline-end:1px solid var(--line);font-size:.875rem}
nav h2{font-size:.75rem;text-transform:uppercase;letter-spacing:.06em;color:var(--muted);margin:1.4rem 0 .3rem}
nav ul{list-style:none;margin:0;padding:0}nav li a{display:block;padding:.2rem 0;color:inherit;text-decoration:none}
nav a:hover{text-decoration:underline}.home{font-weight:680;color:inherit;text-decoration:none;font-size:1rem}
main{padding:2rem clamp(1rem,4vw,4rem);max-width:64rem}
h1{font-size:2rem;letter-spacing:-.02em;margin:0}h2{margin:3rem 0 .25rem}h3{font-size:1.05rem;margin:0 0 .25rem;display:flex;gap:.6rem;align-items:center;flex-wrap:wrap}
h4{margin:1rem 0 .25rem;font-size:.8125rem;color:var(--muted)}
article{border:1px solid var(--line);border-radius:12px;padding:1.1rem 1.25rem;margin:1rem 0;scroll-margin-top:1rem;overflow-wrap:anywhere}
article:target{border-color:var(--link)}
article p{margin:.25rem 0}
table{border-collapse:collapse;width:100%;font-size:.875rem}th,td{text-align:start;vertical-align:top;padding:.4rem .75rem .4rem 0;border-top:1px solid var(--line);font-weight:400}th{width:14rem}
code,.type{font-family:ui-monospace,monospace;font-size:.9em}.type{color:var(--muted)}a{color:var(--link)}
small{color:var(--muted)}
.method{font:700 .75rem ui-monospace,monospace;padding:.15rem .5rem;border-radius:6px;background:color-mix(in srgb,var(--link) 14%,transparent);color:var(--link)}
.post{background:light-dark(#dff3e6,#143524);color:light-dark(#0d5c33,#7fdca8)}
.status{font:700 .8125rem ui-monospace,monospace}.s2{color:light-dark(#12703f,#68d598)}.s4,.s5{color:light-dark(#9a4a00,#ffb86b)}
.skip{position:absolute;inset-inline-start:-99rem}.skip:focus{inset:.5rem auto auto .5rem;z-index:1;background:var(--back);padding:.5rem}
@media (max-width:52rem){body{display:block}nav{position:static;height:auto;max-height:16rem}th{width:9rem}}
`;
