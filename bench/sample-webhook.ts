/** Creates `payment.succeeded` webhooks as the sandbox sends them, each with a new payment id. */
import { startSandbox } from '../sandbox/index.js';
import { parseWebhookSecret, webhookHeaders } from '../src/webhooks/sign.js';

export interface SampleWebhook {
  paymentId: string;
  body: Buffer;
  headers: Record<string, string>;
}

export interface WebhookSource {
  secret: Buffer;
  /** Returns a new webhook, signed with the current time. */
  next(): SampleWebhook;
}

export async function webhookSource(productId: string): Promise<WebhookSource> {
  const sandbox = await startSandbox();
  const { payment_id, customer_id } = await sandbox.control.purchase({
    product_id: productId,
    email: 'bench@example.com',
  });
  const [payment] = sandbox.books.payments({ customerId: customer_id });
  await sandbox.close();
  const read = parseWebhookSecret(sandbox.webhookKey);
  if (!read.ok) throw new Error(`The sandbox's webhook key is invalid: ${read.problem}.`);
  const { secret } = read;
  const template = JSON.stringify({
    business_id: payment?.business_id,
    type: 'payment.succeeded',
    timestamp: payment?.created_at,
    data: { payload_type: 'Payment', ...payment },
  });
  const run = Date.now().toString(36);
  let count = 0;
  return {
    secret,
    next() {
      count += 1;
      const paymentId = `pay_bench_${run}_${count}`;
      const body = Buffer.from(template.replaceAll(payment_id, paymentId));
      const id = `msg_bench_${run}_${count}`;
      const timestamp = Math.floor(Date.now() / 1000);
      return {
        paymentId,
        body,
        headers: webhookHeaders({ id, timestamp, body, secret }),
      };
    },
  };
}
