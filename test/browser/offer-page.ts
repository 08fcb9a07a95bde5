/** A page with `<dodo-offer>` on an API that answers as it is told, under the strictest content security policy. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import express, { type Response } from 'express';
import type { Presentation } from '../../src/domain/presentation.js';
import { elementRoutes } from '../../src/http/routes/elements.js';
import { hostedPageRoutes } from '../../src/http/routes/hosted-page.js';
import type { PresentationWithNext } from '../../src/http/next-offer.js';

export type Shown = PresentationWithNext;

export function anOffer(over: Partial<Shown> = {}): Shown {
  return {
    id: 'prs_1',
    status: 'open',
    offerId: 'pro',
    funnelId: 'basic-to-pro',
    step: 'pro',
    type: 'upsell',
    customerId: 'cus_1',
    purchaseId: 'pay_1',
    product: { id: 'prod_pro', name: 'Pro plan' },
    quantity: 1,
    price: {
      currency: 'USD',
      dueNow: 5000,
      tax: 0,
      recurring: { amount: 7900, interval: 'Month', count: 1 },
      difference: 5000,
      nextBillingAt: '2026-12-28T00:00:00.000Z',
      hash: 'sha256:a',
    },
    payment: { mode: 'one_click', method: { id: 'pm_1', type: 'card', network: 'VISA', last4: '4242' } },
    copy: {
      badge: 'Most popular upgrade',
      headline: 'Get more out of your plan with Pro plan',
      body: 'Unlimited projects, and your whole team on board. You pay $50.00 now and $79.00 a month from December 28 on.',
      accept: 'Upgrade for $50.00',
      decline: 'No thanks, keep my plan',
    },
    display: {
      locale: 'en',
      dueNow: '$50.00',
      recurring: '$79.00 / month',
      difference: '$50.00',
      nextBillingAt: 'December 28, 2026',
    },
    expiresAt: new Date(Date.now() + 30 * 60_000).toISOString(),
    serverTime: new Date().toISOString(),
    token: 'token-1',
    ...over,
  };
}

interface Answer {
  status: number;
  body: object;
}

export interface Asked {
  method: string;
  path: string;
  body?: Record<string, unknown>;
}

export interface OfferPage {
  url: string;
  /** Everything that was asked of the API, streams excepted. */
  asked: Asked[];
  /** Puts an offer on the page's next visit. */
  begin(offer: Shown | undefined): void;
  /** Changes the presentation, and tells every stream. */
  change(patch: Partial<Shown> & { status: Presentation['status'] }): void;
  /** Answers the next such request like this. */
  answer(action: string, answer: () => Answer | Promise<Answer>): void;
  /** How `/find` answers while there is no offer. */
  wait(waiting: boolean): void;
  streams(): number;
  /** Holds streams back, as a buffering proxy does. */
  buffer(on: boolean): void;
  /** Cuts every connection, and refuses new ones until `start`. */
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function offerPage(): Promise<OfferPage> {
  const asked: Asked[] = [];
  const offers = new Map<string, Shown>();
  const streams = new Set<{ id: string; res: Response }>();
  const answers = new Map<string, () => Answer | Promise<Answer>>();
  const sockets = new Set<Socket>();
  let waiting = false;
  let buffering = false;
  let current: string | undefined;
  let origin = '';

  const now = (offer: Shown): Shown => ({ ...offer, serverTime: new Date().toISOString() });
  const event = (offer: Shown) => `event: presentation\nid: 1\ndata: ${JSON.stringify(now(offer))}\n\n`;

  const app = express();
  app.use(elementRoutes());
  app.use(hostedPageRoutes());
  app.get('/page', (req, res) => {
    const { attributes = '', lang = 'en', dir = 'ltr', before = '' } = req.query as Record<string, string>;
    res
      .set(
        'Content-Security-Policy',
        `default-src 'none'; script-src ${origin}; connect-src ${origin}; require-trusted-types-for 'script'; trusted-types 'none'`,
      )
      .type('html')
      .send(`<!doctype html><html lang="${lang}" dir="${dir}"><head><meta charset="utf-8"><title>Thanks</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<script type="module" src="/elements/dodo-offer.js"></script></head>
<body><main><h1>Thank you</h1>${before}<dodo-offer ${attributes || 'src="/find"'}></dodo-offer><p id="after">Back to the shop</p></main></body></html>`);
  });
  app.get('/find', (_req, res) => {
    const offer = current === undefined ? undefined : offers.get(current);
    if (offer?.status === 'open') res.json({ eligible: true, presentation: now(offer) });
    else res.json({ eligible: false, retry: waiting });
  });
  app.get('/api/presentations/:id/events', (req, res) => {
    const offer = offers.get(req.params.id);
    if (!offer) return void res.status(404).json({ code: 'presentation_not_found' });
    const { token: _, ...shown } = offer;
    res.set({ 'content-type': 'text/event-stream' });
    res.flushHeaders();
    if (buffering) return;
    res.write(event(shown));
    const stream = { id: offer.id, res };
    streams.add(stream);
    res.on('close', () => streams.delete(stream));
  });
  app.get('/api/presentations/:id', (req, res) => {
    asked.push({ method: 'GET', path: req.path });
    const offer = offers.get(req.params.id);
    if (offer) res.json(now(offer));
    else res.status(404).json({ code: 'presentation_not_found' });
  });
  app.post('/api/presentations/:id/:action', express.json(), async (req, res) => {
    const { id, action } = req.params;
    asked.push({ method: 'POST', path: req.path, body: req.body as Record<string, unknown> });
    const scripted = answers.get(action);
    answers.delete(action);
    if (scripted) {
      const { status, body } = await scripted();
      return void res.status(status).json(body);
    }
    const offer = offers.get(id);
    if (!offer) return void res.status(404).json({ code: 'presentation_not_found' });
    if (action === 'view') return void res.json(now(offer));
    const status = action === 'accept' ? ('paid' as const) : ('declined' as const);
    if (offer.status === 'open') change({ ...offer, status });
    res.json(
      action === 'accept' ? { success: true, presentation: now({ ...offer, status }) } : { success: true },
    );
  });

  function change(patch: Partial<Shown> & { status: Presentation['status'] }): void {
    const offer = offers.get(patch.id ?? current ?? '');
    if (!offer) throw new Error('There is no such offer.');
    const { token: _, ...changed } = { ...offer, ...patch };
    offers.set(offer.id, { ...changed, token: offer.token });
    for (const { id, res } of streams) if (id === offer.id) res.write(event(changed));
  }

  let server: Server;
  let port = 0;
  async function start(): Promise<void> {
    server = createServer(app);
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
    origin = `http://127.0.0.1:${port}`;
  }
  async function kill(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  }
  await start();
  return {
    url: origin,
    asked,
    begin(offer) {
      asked.length = 0;
      answers.clear();
      offers.clear();
      current = offer?.id;
      if (offer) offers.set(offer.id, offer);
      buffering = waiting = false;
    },
    change,
    answer: (action, answer) => void answers.set(action, answer),
    wait: (on) => (waiting = on),
    streams: () => streams.size,
    buffer: (on) => (buffering = on),
    kill,
    start,
    close: kill,
  };
}
