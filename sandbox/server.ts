import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import { ROUTES } from './api/routes.js';
import { errorReply, send, serve } from './api/serve.js';
import type { ControlRoute } from './control/routes.js';
import type { Engine } from './engine.js';
import { ApiError } from './errors.js';
import { pageRoutes } from './pages/routes.js';

const BODY_LIMIT = '1mb';

export function createApp(engine: Engine, apiKey: string, control: ControlRoute[]): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(pageRoutes(engine));
  app.use(express.json({ limit: BODY_LIMIT }));
  app.use('/sandbox', refuseForeignPages);
  for (const route of control) {
    app[route.method](route.path, async (request, response) => {
      const answer: unknown = await route.run({
        params: request.params as Record<string, string>,
        query: request.query,
        body: (request.body ?? {}) as unknown,
      });
      send(response, answer === undefined ? { status: 204 } : { status: 200, body: answer });
    });
  }
  for (const route of ROUTES) app[route.method](route.path, serve(engine, route, apiKey));
  app.use((request, response) => {
    send(
      response,
      errorReply(new ApiError(404, 'NOT_FOUND', `No route for ${request.method} ${request.path}`)),
    );
  });
  app.use(answerError);
  return app;
}

/** Refuses changes that a page of another site asks a browser for: nobody has to sign in to the sandbox. */
const refuseForeignPages: RequestHandler = (request, response, next) => {
  const { origin } = request.headers;
  const own = origin === undefined || origin === `http://${request.headers.host}`;
  if (request.method === 'GET' || own) return next();
  send(response, errorReply(new ApiError(403, 'FOREIGN_PAGE', 'A page of another site asked for this.')));
};

const answerError: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  if (error instanceof ApiError) {
    send(response, errorReply(error));
    return;
  }
  const status = (error as { status?: unknown } | null)?.status;
  if (typeof status === 'number' && status < 500) {
    const code = status === 413 ? 'PAYLOAD_TOO_LARGE' : 'INVALID_REQUEST_BODY';
    send(response, errorReply(new ApiError(status, code, (error as Error).message)));
    return;
  }
  console.error('The sandbox failed:', error);
  send(response, errorReply(new ApiError(500, 'INTERNAL_SERVER_ERROR', 'Internal server error')));
};

/** Starts listening. Resolves to the server and its port. */
export async function listen(
  app: Express,
  host: string,
  port: number,
): Promise<{ server: Server; port: number }> {
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return { server, port: (server.address() as AddressInfo).port };
}

export async function stopListening(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
