/** The HTTP API. */
import express, { type Express } from 'express';
import { rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import { authenticate, callerOf, failureLimit } from './auth.js';
import { allowOrigins } from './cors.js';
import type { ApiDeps } from './deps.js';
import { knownParameters } from './known-parameters.js';
import { servedMethods } from './methods.js';
import { openApiDocument } from './openapi/document.js';
import { Problem } from './problem.js';
import { requestContext } from './request-context.js';
import { notFound, problemHandler } from './problem-handler.js';
import { notificationRoutes } from './routes/notifications.js';
import { referenceRoutes } from './reference/page.js';
import { catalogRoutes } from './routes/catalog.js';
import { auditRoutes } from './routes/audit.js';
import { customerRoutes } from './routes/customers.js';
import { bulkRoutes } from './routes/bulk.js';
import { elementRoutes } from './routes/elements.js';
import { hostedPageRoutes } from './routes/hosted-page.js';
import { presentationRoutes } from './routes/presentations.js';
import { pauseRoutes } from './routes/pauses.js';
import { keyRoutes, metricsRoutes, probeRoutes, reportRoutes } from './routes/operations.js';
import { purchaseRoutes } from './routes/purchases.js';
import { reviewRoutes } from './routes/reviews.js';
import { searchRoutes } from './routes/search.js';
import { triggerRoutes } from './routes/triggers.js';
import { createSecurityLog } from './security-events.js';
import { upsellRoutes } from './routes/upsell.js';
import { webhookRoutes } from './routes/webhooks.js';

const MINUTE = 60_000;
/** A browser polls for the outcome every two seconds and sends a few clicks. */
const TOKEN_REQUESTS_PER_MINUTE = 120;

const secureHeaders = helmet({
  contentSecurityPolicy: {
    directives: {
      defaultSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
    useDefaults: false,
  },
  xFrameOptions: { action: 'deny' },
});

/** Each quote costs two requests to Dodo, of the 240 a minute that all customers share. */
const QUOTES_PER_MINUTE = 20;

function quoteLimit() {
  return rateLimit({
    windowMs: MINUTE,
    limit: QUOTES_PER_MINUTE,
    standardHeaders: false,
    legacyHeaders: false,
    skip: (_req, res) => callerOf(res).kind !== 'token',
    keyGenerator: (_req, res) => {
      const caller = callerOf(res);
      return caller.kind === 'token' ? caller.claims.customerId : caller.keyId;
    },
    handler: () => {
      throw new Problem('rate_limited', {
        detail: 'Too many prices were asked for. Try again in a minute.',
        headers: { 'Retry-After': '60' },
      });
    },
  });
}

/** Serves the metrics, and nothing else, for a port of their own. */
export function createMetricsApp(deps: ApiDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(secureHeaders);
  app.use(metricsRoutes(deps));
  app.use(notFound);
  app.use(problemHandler(deps.log));
  return app;
}

/**
 * Creates the HTTP API.
 *
 * @param pages served beside the API and without authentication, such as the demo shop
 */
export function createApp(deps: ApiDeps, pages?: express.RequestHandler): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');

  const security = createSecurityLog(deps.log, deps.now);
  app.locals.security = security;

  if (deps.trustProxy !== undefined) app.set('trust proxy', deps.trustProxy);
  const document = openApiDocument(deps.appUrl);
  const openApi = Buffer.from(JSON.stringify(document));

  app.use(requestContext);
  // Pages bring their own policy, in place of this one.
  app.use(secureHeaders);
  app.use(allowOrigins(deps.allowedOrigins ?? [new URL(deps.appUrl).origin]));
  app.use(servedMethods(document.paths ?? {}));
  app.use(webhookRoutes(deps));
  app.use(probeRoutes(deps));
  app.use(keyRoutes(deps));
  if (deps.metricsApart !== true) app.use(metricsRoutes(deps));
  app.use(elementRoutes());
  app.use(hostedPageRoutes());
  app.get('/openapi.json', (_req, res) => void res.type('json').send(openApi));
  app.use(referenceRoutes(document));

  app.use(
    '/api',
    (_req, res, next) => {
      res.set('Cache-Control', 'no-store');
      next();
    },
    authenticate({
      ...deps,
      apiKeys: () => deps.apiKeys,
      operatorKeys: () => deps.operatorKeys,
      failures: failureLimit(),
    }),
    knownParameters,
    rateLimit({
      windowMs: MINUTE,
      limit: TOKEN_REQUESTS_PER_MINUTE,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      // Backends are trusted to limit themselves; tokens are held by browsers.
      skip: (_req, res) => callerOf(res).kind !== 'token',
      keyGenerator: (_req, res) => {
        const caller = callerOf(res);
        return caller.kind === 'token' ? caller.claims.presentationId : caller.keyId;
      },
      handler: () => {
        throw new Problem('rate_limited', {
          detail: 'Too many requests with this token. Try again in a minute.',
        });
      },
    }),
  );
  app.use('/api/presentations/:id/quote', quoteLimit());
  app.use(upsellRoutes(deps));
  app.use(presentationRoutes(deps));
  app.use(purchaseRoutes(deps));
  app.use(triggerRoutes(deps));
  app.use(notificationRoutes(deps));
  app.use(reviewRoutes(deps));
  app.use(pauseRoutes(deps));
  app.use(searchRoutes(deps));
  app.use(reportRoutes(deps));
  app.use(catalogRoutes(deps));
  app.use(auditRoutes(deps));
  app.use(customerRoutes(deps));
  app.use(bulkRoutes(deps));
  if (pages) app.use(pages);
  app.use(notFound);
  app.use(problemHandler(deps.log, security));
  return app;
}
