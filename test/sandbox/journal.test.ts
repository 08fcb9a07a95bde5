import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import DodoPayments from 'dodopayments';
import { startSandbox } from '../../sandbox/index.js';
import { clientOf, oneClick, startReceiver } from './support.js';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'sandbox-journal-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

test('the books are identical after a restart', async () => {
  const dataDir = await folder();
  const before = await startSandbox({ dataDir });
  const bought = await before.control.purchase({ product_id: 'prod_basic_plan' });
  const client = clientOf(before);
  await client.checkoutSessions.create(oneClick(bought, 'prod_team_license'));
  await client.refunds.create({ payment_id: bought.payment_id });
  await before.control.setPolicy({ emptyChangePlanBody: true });
  await before.control.flushWebhooks();
  const tables = (sandbox: typeof before) => ({
    // Invoices carry the address of the server.
    payments: sandbox.books.payments().map(({ invoice_url: _url, ...payment }) => payment),
    subscriptions: sandbox.books.subscriptions(),
    refunds: sandbox.books.refunds(),
    movements: sandbox.books.movements(),
    requests: sandbox.books.requests({ method: 'POST' }),
    deliveries: sandbox.books.deliveries(),
  });
  const expected = tables(before);
  await before.close();

  const after = await startSandbox({ dataDir });
  onTestFinished(() => after.close());

  expect(tables(after)).toEqual(expected);
  expect(after.books.moneyReceived()).toBe(39900);
  expect(
    await clientOf(after).subscriptions.changePlan(bought.subscription_id ?? '', {
      product_id: 'prod_pro_plan',
      quantity: 1,
      proration_billing_mode: 'full_immediately',
    }),
  ).toBe('');
});

test('a killed process loses nothing it has answered, and pending webhooks are delivered after a restart', async () => {
  const dataDir = await folder();
  const receiver = await startReceiver();
  const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/main.ts'], {
    env: { ...process.env, PORT: '0', SANDBOX_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [firstLine] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const url = /http:\S+/.exec(firstLine)?.[0] ?? '';
  const client = new DodoPayments({ bearerToken: 'dodo_test_sandbox', baseURL: url, maxRetries: 0 });
  const post = async (path: string, body: unknown): Promise<Record<string, string>> => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await response.json()) as Record<string, string>;
  };
  await post('/sandbox/webhooks/policy', { paused: true });
  await post('/sandbox/webhooks/endpoint', { url: receiver.url });
  const buyer = await post('/sandbox/purchases', { product_id: 'prod_single_license' });
  const { customer_id = '', payment_method_id = '' } = buyer;
  const charged = await Promise.all(
    Array.from({ length: 10 }, () =>
      client.checkoutSessions.create(oneClick({ customer_id, payment_method_id }, 'prod_course_workbook')),
    ),
  );
  child.kill('SIGKILL');
  await once(child, 'exit');

  const after = await startSandbox({ dataDir });
  onTestFinished(() => after.close());

  const paid = after.books.payments({ status: 'succeeded' }).map((payment) => payment.payment_id);
  expect(paid).toEqual(expect.arrayContaining(charged.map((session) => session.payment_id)));
  expect(after.books.moneyReceived(customer_id)).toBe(9900 + 10 * 1900);
  await after.control.setWebhookPolicy({ paused: false });
  expect(await receiver.until(11, 'payment.succeeded')).toHaveLength(11);
});

test('a truncated last line is dropped, and any other damage is reported', async () => {
  const dataDir = await folder();
  const journal = join(dataDir, 'sandbox.jsonl');
  const first = await startSandbox({ dataDir });
  await first.control.purchase({ product_id: 'prod_single_license' });
  await first.close();
  await appendFile(journal, '[{"table":"payments","id":"pay_x","row":{"payme');

  const second = await startSandbox({ dataDir });
  expect(second.books.payments()).toHaveLength(1);
  await second.close();

  await writeFile(journal, `not json\n${await readFile(journal, 'utf8')}`);
  await expect(startSandbox({ dataDir })).rejects.toThrow('line 1 is not JSON');
});

test('a planned outcome still arrives after a restart', async () => {
  const dataDir = await folder();
  const first = await startSandbox({ dataDir });
  const { customer } = await first.control.createCustomer({ email: 'p@example.com' });
  await first.control.nextCharges(customer.customer_id, {
    status: 'processing',
    settle: { after_ms: 300, status: 'failed', error_code: 'DO_NOT_HONOR' },
  });
  await first.control.purchase({ customer_id: customer.customer_id, product_id: 'prod_single_license' });
  await first.close();

  const second = await startSandbox({ dataDir });
  onTestFinished(() => second.close());

  await expect
    .poll(() => second.books.payments()[0], { timeout: 5000 })
    .toMatchObject({ status: 'failed', error_code: 'DO_NOT_HONOR' });
});
