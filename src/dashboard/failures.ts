/** What went wrong, as a page. */
import type { ErrorRequestHandler, Request, Response } from 'express';
import { html } from '../html.js';
import type { Problem } from '../http/problem.js';
import { toProblem } from '../http/problem-handler.js';
import type { DashboardDeps } from './deps.js';
import type { Page } from './parts/layout.js';
import { document } from './parts/layout.js';

type Show = (req: Request, res: Response, page: Page) => Promise<void>;

/** Answers every error with a page that says what is wrong and what to do. Programs get problem details. */
export function reportFailure({ log }: Pick<DashboardDeps, 'log'>, show: Show): ErrorRequestHandler {
  return async (error: unknown, req, res, next) => {
    if (res.headersSent || req.accepts(['html', 'json']) !== 'html') {
      next(error);
      return;
    }
    const problem = toProblem(error);
    if (problem.status >= 500) log.error({ err: error, path: req.path, code: problem.code }, 'a page failed');
    res.status(problem.status).set(problem.headers);
    const page = { title: 'That did not work', body: explain(problem) };
    try {
      if (res.locals.visitor === undefined) throw new Error('nobody is signed in');
      await show(req, res, page);
    } catch {
      res.type('html').send(document(page.title, html`<main>${page.body}</main>`).markup);
    }
  };
}

function explain(problem: Problem) {
  const { title } = problem.toJSON() as { title: string };
  const errors = (problem.members.errors ?? []) as { parameter?: string; pointer?: string; detail: string }[];
  return html`
    <div class="head"><h1>That did not work</h1></div>
    <section class="banner bad" role="alert">
      <p><strong>${title}.</strong> ${problem.detail}</p>
      ${
        errors.length > 0 &&
        html`<ul>
          ${errors.map(({ parameter, pointer, detail }) => html`<li><code>${parameter ?? pointer?.slice(2)}</code> ${detail}</li>`)}
        </ul>`
      }
      <p class="small"><code>${problem.code}</code></p>
    </section>
    <p><a href="/dashboard">To the first page</a></p>
  `;
}
