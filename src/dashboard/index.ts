/** The dashboard: pages for operators, rendered here, without any script in the browser. */
import express, { Router, type Request, type RequestHandler, type Response } from 'express';
import type { Html } from '../html.js';
import { findPurchase } from '../http/purchase-view.js';
import { ids, parseQuery } from '../http/validate.js';
import { admitOperators, openSignInForm, requireOwnForm, visitorOf } from './access.js';
import { commandRoutes } from './commands.js';
import { decodeRoutes, refuseStranger } from './decode.js';
import type { DashboardDeps } from './deps.js';
import { reportFailure } from './failures.js';
import { auditCsv, auditPage, auditQuery } from './pages/audit.js';
import { bulkCsv } from '../http/bulk.js';
import { bulkListPage, bulkPage } from './pages/bulk.js';
import { catalogPage } from './pages/catalog.js';
import { customerPage } from './pages/customer.js';
import { experimentsCsv, experimentsPage, experimentsQuery } from './pages/experiments.js';
import { funnelsCsv, funnelsPage, funnelsQuery } from './pages/funnels.js';
import { notificationsPage } from './pages/notifications.js';
import { cohortsCsv, offersCsv, offersPage, offersQuery } from './pages/offers.js';
import { purchasePage } from './pages/purchase.js';
import { reviewPage, reviewsPage, reviewsPageQuery } from './pages/reviews.js';
import { recurringCsv, recurringRowsCsv, recurringRowsPage, recurringRowsQuery } from './pages/recurring.js';
import { rowsCsv, rowsPage, rowsQuery } from './pages/rows.js';
import { addressOf, nothingFoundPage } from './pages/search.js';
import { signInPage } from './pages/sign-in.js';
import { todayPage } from './pages/today.js';
import { framed, type Page } from './parts/layout.js';
import { pageHeaders } from '../http/page-headers.js';
import { STYLE_SHEET } from './parts/style.js';
import { sessionRoutes } from './sign-in.js';

const ONE_YEAR = 365 * 24 * 60 * 60;
const FORM_LIMIT = '8kb';
/** A list of ids. */
const LIST_LIMIT = '2mb';
const MAX_QUERY = 300;

/** Creates the pages below `/dashboard`. */
export function createDashboard(deps: DashboardDeps): Router {
  const { ledger } = deps;
  const router = Router();
  router.use(pageHeaders({ formAction: ["'self'"] }, 'same-origin'));
  router.get(STYLE_SHEET.path.replace('/dashboard', ''), (_req, res) => {
    res.set('Cache-Control', `public, max-age=${ONE_YEAR}, immutable`).type('css').send(STYLE_SHEET.body);
  });
  router.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
  router.use('/bulk', express.urlencoded({ extended: false, limit: LIST_LIMIT }));
  router.use(express.urlencoded({ extended: false, limit: FORM_LIMIT }));

  router.use(decodeRoutes(deps, admitOperators(deps, refuseStranger)));

  const signIn: RequestHandler = (req, res) => {
    const to = req.method === 'GET' ? req.originalUrl : '/dashboard';
    res.status(401).set('WWW-Authenticate', 'Bearer realm="durable-upsells"');
    sendHtml(res, signInPage({ token: openSignInForm(deps, res), to, provider: deps.oidc?.name }));
  };
  router.use(sessionRoutes(deps));
  router.use(admitOperators(deps, signIn));
  router.post(/.*/, requireOwnForm(deps));
  router.use(commandRoutes(deps));

  async function show(req: Request, res: Response, page: Page): Promise<void> {
    const open = await ledger.countOpenReviews();
    const openReviews = open.reduce((sum, { count }) => sum + count, 0);
    const { q } = req.query;
    sendHtml(
      res,
      framed(page, { visitor: visitorOf(res), openReviews, ...(typeof q === 'string' && { query: q }) }),
    );
  }

  router.get('/', async (req, res) => show(req, res, await todayPage(deps)));

  router.get('/search', async (req, res) => {
    const { q } = req.query;
    const query = typeof q === 'string' ? q.trim().slice(0, MAX_QUERY) : '';
    const place = query === '' ? undefined : await ledger.placeOf(query);
    if (place) {
      res.redirect(303, addressOf(place));
      return;
    }
    res.status(query === '' ? 200 : 404);
    await show(req, res, nothingFoundPage(query));
  });

  router.get('/customers/:id', async (req, res) => {
    const id = ids.customer.safeParse(req.params.id).data;
    const page = id === undefined ? undefined : await customerPage(deps, id);
    await showOrNothing(req, res, page);
  });

  router.get('/purchases/:id', async (req, res) => {
    const id = ids.event.safeParse(req.params.id).data;
    const view = id === undefined ? undefined : await findPurchase(deps, id);
    await showOrNothing(req, res, view && (await purchasePage(deps, view, visitorOf(res))));
  });

  router.get('/reviews', async (req, res) =>
    show(req, res, await reviewsPage(deps, parseQuery(reviewsPageQuery, req.query))),
  );

  router.get('/reviews/:id', async (req, res) => {
    const id = ids.review.safeParse(req.params.id).data;
    const review = id === undefined ? undefined : await ledger.review(id);
    await showOrNothing(req, res, review && (await reviewPage(deps, review, visitorOf(res))));
  });

  router.get('/offers', async (req, res) =>
    show(req, res, await offersPage(deps, parseQuery(offersQuery, req.query))),
  );
  router.get('/funnels', async (req, res) =>
    show(req, res, await funnelsPage(deps, parseQuery(funnelsQuery, req.query))),
  );
  router.get('/rows', async (req, res) =>
    show(req, res, await rowsPage(deps, parseQuery(rowsQuery, req.query))),
  );
  router.get('/recurring-rows', async (req, res) =>
    show(req, res, await recurringRowsPage(deps, parseQuery(recurringRowsQuery, req.query))),
  );
  router.get('/experiments', async (req, res) => {
    parseQuery(experimentsQuery, req.query);
    await show(req, res, await experimentsPage(deps));
  });
  router.get('/catalog', async (req, res) => show(req, res, await catalogPage(deps, visitorOf(res))));
  router.get('/notifications', async (req, res) =>
    show(req, res, await notificationsPage(deps, visitorOf(res))),
  );
  router.get('/bulk', async (req, res) => show(req, res, await bulkListPage(deps, visitorOf(res))));
  router.get('/bulk/:id', async (req, res) => {
    const id = ids.bulk.safeParse(req.params.id).data;
    await showOrNothing(req, res, id && (await bulkPage(deps, id, visitorOf(res))));
  });
  router.get('/bulk/:id/rows.csv', async (req, res) => {
    const id = ids.bulk.safeParse(req.params.id).data;
    if (id === undefined) return showOrNothing(req, res, undefined);
    await sendCsv(res, id, bulkCsv(deps, id));
  });
  router.get('/audit', async (req, res) =>
    show(req, res, await auditPage(deps, parseQuery(auditQuery, req.query))),
  );

  router.get('/offers.csv', async (req, res) =>
    sendCsv(res, 'offers', [await offersCsv(deps, parseQuery(offersQuery, req.query))]),
  );
  router.get('/cohorts.csv', async (req, res) =>
    sendCsv(res, 'cohorts', [await cohortsCsv(deps, parseQuery(offersQuery, req.query))]),
  );
  router.get('/recurring.csv', async (req, res) =>
    sendCsv(res, 'recurring', [await recurringCsv(deps, parseQuery(offersQuery, req.query))]),
  );
  router.get('/recurring-rows.csv', async (req, res) =>
    sendCsv(res, 'recurring-rows', recurringRowsCsv(deps, parseQuery(recurringRowsQuery, req.query))),
  );
  router.get('/funnels.csv', async (req, res) =>
    sendCsv(res, 'funnels', [await funnelsCsv(deps, parseQuery(funnelsQuery, req.query))]),
  );
  router.get('/experiments.csv', async (_req, res) =>
    sendCsv(res, 'experiments', [await experimentsCsv(deps)]),
  );
  router.get('/rows.csv', async (req, res) =>
    sendCsv(res, 'rows', rowsCsv(deps, parseQuery(rowsQuery, req.query))),
  );
  router.get('/audit.csv', async (req, res) =>
    sendCsv(res, 'audit', auditCsv(deps, parseQuery(auditQuery, req.query))),
  );

  async function showOrNothing(req: Request, res: Response, page: Page | '' | undefined): Promise<void> {
    if (page) return show(req, res, page);
    res.status(404);
    return show(req, res, nothingFoundPage(String(req.params.id)));
  }

  router.use((req, res) => {
    res.status(404);
    return show(req, res, nothingFoundPage(req.path));
  });
  router.use(reportFailure(deps, show));
  return Router().use('/dashboard', router);
}

function sendHtml(res: Response, { markup }: Html): void {
  res.type('html').send(markup);
}

/** Sends a file piece by piece, as it is read. */
async function sendCsv(
  res: Response,
  name: string,
  pieces: Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  res.type('text/csv').attachment(`${name}.csv`);
  for await (const piece of pieces) res.write(piece);
  res.end();
}
