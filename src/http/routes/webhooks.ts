/**
 * `POST /webhooks/dodo`: verifies a webhook, hands it to Temporal and acknowledges it. In between, the ledger keeps the
 * payment of a purchase for its run, if it can, and is asked when a payment names an attempt of ours without a proof.
 */
import express, { Router, type Request } from 'express';
import type { ApiDeps } from '../deps.js';
import { handOver } from '../hand-over.js';
import { webhookMetrics } from '../metrics.js';
import { Problem, temporarilyUnavailable } from '../problem.js';
import { parseWebhookBody, verifyWebhook } from '../../webhooks/verify.js';

const MINUTE = 60_000;
const MAX_TOLD_OF = 1_000;
const MAX_BODY_BYTES = 1024 * 1024;

export function webhookRoutes(deps: ApiDeps): Router {
  const { log, now } = deps;
  const router = Router();
  /** The products that the log has named. */
  const toldOf = new Set<string>();
  // Accept any content type: the signature covers the raw bytes, and it decides.
  const rawBody = express.raw({ type: () => true, limit: MAX_BODY_BYTES });

  /** Checks whether the body would verify in the form that Dodo writes: then somebody on the way has written it anew. */
  function wasReencoded(req: Request, body: Buffer): boolean {
    const parsed = parseWebhookBody(body);
    if (!parsed.ok) return false;
    const canonical = Buffer.from(JSON.stringify(parsed.value));
    if (canonical.equals(body)) return false;
    return verifyWebhook({
      headers: req.headers,
      body: canonical,
      secrets: [...deps.webhookSecrets],
      now: now(),
    }).ok;
  }
  let notedAt = -Infinity;
  function noteReencoding(): void {
    if (now().getTime() - notedAt < MINUTE) return;
    notedAt = now().getTime();
    log.error(
      {},
      'a webhook is signed by Dodo, but its body was encoded anew on the way: let the proxy pass the raw bytes on',
    );
  }

  /** Says once for each product that nothing is offered to those who buy it: its id may be missing in the catalog. */
  function tellOfUnknown(products: string[]): void {
    for (const productId of products) {
      if (toldOf.has(productId) || toldOf.size >= MAX_TOLD_OF) continue;
      toldOf.add(productId);
      log.info({ productId }, 'a product was bought that no funnel names; nothing is offered to its buyers');
    }
  }

  router.post('/webhooks/dodo', rawBody, async (req, res) => {
    const started = performance.now();
    const body: Buffer = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    const secrets = [...deps.webhookSecrets];
    if (secrets.length === 0) {
      webhookMetrics.received.inc({ result: 'refused' });
      throw new Problem('invalid_signature', {
        detail: 'This server has no webhook key, so it accepts no webhooks.',
      });
    }
    const verified = verifyWebhook({ headers: req.headers, body, secrets, now: now() });
    if (!verified.ok) {
      webhookMetrics.received.inc({ result: 'refused' });
      if (wasReencoded(req, body)) noteReencoding();
      throw new Problem('invalid_signature', {
        detail: `The webhook was rejected: ${verified.reason.replaceAll('_', ' ')}.`,
      });
    }
    const parsed = parseWebhookBody(body);
    if (!parsed.ok) {
      webhookMetrics.received.inc({ result: 'malformed' });
      log.warn({ webhookId: verified.id, reason: parsed.reason }, 'a signed webhook is malformed');
      throw new Problem('invalid_webhook', {
        detail: `The body was rejected: ${parsed.reason.replaceAll('_', ' ')}.`,
      });
    }
    const type = typeof parsed.value.type === 'string' ? parsed.value.type.slice(0, 100) : undefined;
    try {
      const handed = await handOver(deps, parsed.value, verified.id);
      if (handed.kind === 'ignored') {
        webhookMetrics.received.inc({ result: 'ignored' });
        log.debug({ webhookId: verified.id, type, why: handed.why }, 'webhook ignored');
        tellOfUnknown(handed.unknownProducts ?? []);
        res.json({ received: true });
        return;
      }
      const { result } = handed;
      webhookMetrics.received.inc({ result });
      webhookMetrics.acknowledged.observe((performance.now() - started) / 1000);
      const outcome = { webhookId: verified.id, type, result };
      if (result === 'limited') log.warn(outcome, 'webhook dropped: too many about the same subject');
      // Nobody waits for most of what happens to a subscription.
      else if (result === 'no_run') log.debug(outcome, 'no run waits for a webhook');
      else log.info(outcome, 'webhook handed to Temporal');
      res.json({ received: true });
    } catch (error) {
      webhookMetrics.received.inc({ result: 'unavailable' });
      throw temporarilyUnavailable('The webhook could not be recorded. Please send it again.', error);
    }
  });
  return router;
}
