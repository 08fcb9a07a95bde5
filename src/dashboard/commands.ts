/** The forms that give commands. They do what the API does, and lead back to the page they were on. */
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { PAUSABLE } from '../domain/pause.js';
import { bulkCommands } from '../http/bulk.js';
import { operatorCommands } from '../http/operator-commands.js';
import { Problem, presentationNotFound } from '../http/problem.js';
import { findPurchase } from '../http/purchase-view.js';
import { ids, parseBody, parseParam, reason } from '../http/validate.js';
import { visitorOf, type Visitor } from './access.js';
import type { DashboardDeps } from './deps.js';
import { requestOf, selectionFields } from './pages/bulk.js';
import { localPath } from './local-path.js';

const emptyIsAbsent = (value: unknown) => (value === '' ? undefined : value);

const form = z.strictObject({ token: z.string().optional(), back: z.string().optional(), reason });
const extendForm = form.extend({
  /** As a browser's field has it, in UTC, or with an offset. */
  until: z
    .string()
    .transform((text) => (/Z$|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`))
    .refine((text) => !Number.isNaN(Date.parse(text)), 'must be a time'),
});
const resolveForm = form.extend({
  paid: z.enum(['true', 'false'], 'must say whether it was paid').transform((word) => word === 'true'),
  paymentId: z.preprocess(emptyIsAbsent, ids.payment.optional()),
});

export function commandRoutes(deps: DashboardDeps): Router {
  const { ledger } = deps;
  const commands = operatorCommands(deps);
  const bulk = bulkCommands(deps);
  const router = Router();

  /** Serves a form: checks it, gives the command, and goes back. */
  function command<T extends typeof form>(
    path: string,
    schema: T,
    give: (res: Response, input: z.output<T>, req: Request) => Promise<void>,
  ): void {
    router.post(path, async (req: Request, res: Response) => {
      requireUnlocked(visitorOf(res));
      const input = parseBody(schema, req.body);
      await give(res, input, req);
      res.redirect(303, localPath(input.back));
    });
  }

  async function presentationOf(req: Request) {
    const record = await ledger.presentation(parseParam(ids.presentation, 'id', req.params.id));
    if (!record) throw presentationNotFound();
    return record;
  }

  async function purchaseOf(req: Request) {
    const view = await findPurchase(deps, parseParam(ids.event, 'id', req.params.id));
    if (!view) throw new Problem('purchase_not_found', { detail: 'No purchase or trigger has this id.' });
    return view;
  }

  command('/presentations/:id/withdraw', form, async (res, input, req) =>
    commands.withdraw(res, await presentationOf(req), input.reason),
  );
  command('/presentations/:id/extend', extendForm, async (res, input, req) =>
    commands.extend(res, await presentationOf(req), {
      until: new Date(input.until).toISOString(),
      reason: input.reason,
    }),
  );
  command('/reviews/:id/resolve', resolveForm, async (res, { paid, paymentId, reason: why }, req) => {
    const review = await ledger.review(parseParam(ids.review, 'id', req.params.id));
    if (!review) throw new Problem('review_not_found', { detail: 'No review has this id.' });
    await commands.resolve(res, review, { paid, reason: why, ...(paymentId !== undefined && { paymentId }) });
  });
  command('/purchases/:id/close', form, async (res, input, req) => {
    const { purchase } = await purchaseOf(req);
    await commands.close(res, purchase.purchaseId, input.reason);
  });
  command('/purchases/:id/evaluate', form, async (res, input, req) =>
    commands.evaluateAgain(res, await purchaseOf(req), input.reason),
  );
  command('/notifications/:id/retry', form, async (res, input, req) => {
    const dead = await ledger.deadNotification(parseParam(ids.notification, 'id', req.params.id));
    if (!dead) throw new Problem('notification_not_found', { detail: 'No dead notification has this id.' });
    await commands.retryNotification(res, dead, input.reason);
  });
  for (const kind of PAUSABLE)
    for (const paused of [true, false])
      command(`/${kind}s/:id/${paused ? 'pause' : 'unpause'}`, form, async (res, input, req) =>
        commands.setPaused(res, kind, parseParam(ids.offer, 'id', req.params.id), {
          paused,
          reason: input.reason,
        }),
      );

  router.post('/bulk', async (req: Request, res: Response) => {
    requireUnlocked(visitorOf(res));
    const { bulkId } = await bulk.draft(res, requestOf(parseBody(selectionFields, req.body)));
    res.redirect(303, `/dashboard/bulk/${bulkId}`);
  });
  for (const order of ['start', 'abort'] as const)
    command(`/bulk/:id/${order}`, form, (res, input, req) =>
      bulk[order](res, parseParam(ids.bulk, 'id', req.params.id), input.reason),
    );

  return router;
}

function requireUnlocked({ locked, readOnly }: Visitor): void {
  if (readOnly)
    throw new Problem('forbidden', { detail: 'You may look at everything, and give no commands.' });
  if (locked)
    throw new Problem('forbidden', { detail: 'Live mode is read-only until you unlock it with a reason.' });
}
