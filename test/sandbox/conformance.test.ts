/** The sandbox, and what is sent to it, against what Dodo describes. */
import { existsSync } from 'node:fs';
import addFormats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { ROUTES } from '../../sandbox/api/routes.js';
import { openApiDescription, openApiFile, sdkDescription } from './descriptions.js';
import type { Schema } from './sdk-schemas.js';
import { DECLINES_LATER, running, startReceiver } from './support.js';

const SPEC = openApiFile();

/** Each of Dodo's descriptions that is at hand: the types of its SDK always are. */
const DESCRIPTIONS = [sdkDescription, ...(existsSync(SPEC) ? [openApiDescription] : [])];

/** What is newer than the descriptions; see what Dodo's later libraries type. */
const NEWER_EVENTS = new Set(['subscription.past_due']);
/** Fields of requests that Dodo's later libraries type. */
const NEWER_FIELDS = new Set(['cancel_older_payment_link', 'return_url']);

/** Checks values against schemas, with formats. Requests may have no field that is neither described nor newer. */
function checker(problems: string[]) {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
  addFormats.default(ajv, { mode: 'full' });
  for (const format of ['int32', 'int64', 'double', 'float', 'uuid4']) ajv.addFormat(format, true);
  const compiled = new Map<string, ValidateFunction>();
  return (key: string, schema: Schema | undefined, value: unknown, where: string): void => {
    if (schema === undefined) return;
    const validate = compiled.get(key) ?? ajv.compile(schema);
    compiled.set(key, validate);
    if (validate(value)) return;
    for (const { keyword, params, instancePath, message } of validate.errors ?? []) {
      const { additionalProperty: unknown } = params as { additionalProperty?: string };
      if (unknown !== undefined && NEWER_FIELDS.has(unknown)) continue;
      // What is wrong in an alternative is reported by the alternative.
      if (keyword === 'anyOf' || keyword === 'oneOf') continue;
      problems.push(`${where} ${instancePath || 'body'} ${message} ${unknown ?? ''}`.trim());
    }
  };
}

describe.each(DESCRIPTIONS.map((describeDodo) => [describeDodo.name, describeDodo] as const))(
  'what Dodo describes: %s',
  (_, describeDodo) => {
    test('matches every request, every response and every webhook', { timeout: 240_000 }, async () => {
      const dodo = describeDodo();
      const receiver = await startReceiver();
      const { sandbox } = await running({ webhookUrl: receiver.url });
      const problems: string[] = [];
      const validate = checker(problems);
      /** Made at the end: compiling takes so long that idle connections would be closed meanwhile. */
      const checks: (() => void)[] = [];
      const check = (...values: Parameters<typeof validate>) => void checks.push(() => validate(...values));
      const seen = new Set<string>();

      async function call(method: string, path: string, body?: unknown): Promise<Record<string, string>> {
        const response = await fetch(sandbox.url + path, {
          method,
          headers: { authorization: `Bearer ${sandbox.apiKey}`, 'content-type': 'application/json' },
          body: body === undefined ? undefined : JSON.stringify(body),
        });
        const text = await response.text();
        const answer = (text === '' ? null : JSON.parse(text)) as Record<string, string> | null;
        const operation = dodo.operation(method, path.split('?')[0] ?? '');
        const { name } = operation;
        if (body !== undefined) check(`${name} body`, operation.body, body, `${name} is sent`);
        const described = operation.answer(response.status);
        if (described === 'undescribed') problems.push(`${name} answered ${response.status}: ${text}`);
        else if (text !== '') check(`${name} ${response.status}`, described, answer, `${name} answers`);
        seen.add(name);
        return answer ?? {};
      }

      const buyer = await sandbox.control.purchase({
        product_id: 'prod_pro_plan',
        discount_codes: ['TEAM20'],
      });
      const weak = await sandbox.control.purchase({
        product_id: 'prod_basic_plan',
        email: 'weak@example.com',
        card: DECLINES_LATER,
      });
      const { customer_id, payment_method_id, subscription_id, payment_id } = buyer;
      const spare = await sandbox.control.addCard(customer_id, '5555555555554444');
      const confirm = {
        product_cart: [{ product_id: 'prod_team_license', quantity: 1 }],
        customer: { customer_id },
        payment_method_id,
        confirm: true,
        minimal_address: true,
        billing_address: { country: 'DE', zipcode: '10115' },
      };
      const change = {
        product_id: 'prod_basic_plan',
        quantity: 1,
        proration_billing_mode: 'prorated_immediately',
      };
      const later = {
        ...change,
        product_id: 'prod_pro_lite',
        proration_billing_mode: 'full_immediately',
        effective_at: 'next_billing_date',
      };

      await call('GET', '/products');
      await call('GET', '/products/prod_pro_plan');
      await call('GET', '/products/prod_team_license');
      await call('GET', '/brands');
      const endpoint = await call('POST', '/webhooks', {
        url: 'http://127.0.0.1:9/webhooks',
        filter_types: ['payout.success'],
      });
      await call('GET', '/webhooks');
      await call('GET', `/webhooks/${endpoint.id}`);
      await call('GET', `/webhooks/${endpoint.id}/secret`);
      await call('PATCH', `/webhooks/${endpoint.id}`, { disabled: true });
      await call('DELETE', `/webhooks/${endpoint.id}`);
      await call('GET', '/addons');
      await call('GET', '/addons/adn_extra_storage');
      await call('GET', '/discounts/code/TEAM20');
      await call('GET', '/customers');
      await call('GET', `/customers/${customer_id}`);
      await call('GET', `/customers/${customer_id}/payment-methods`);
      await call('DELETE', `/customers/${customer_id}/payment-methods/${spare.payment_method_id}`);
      await call('POST', `/customers/${customer_id}/customer-portal/session`);
      await call('POST', '/checkouts/preview', { ...confirm, discount_codes: ['TEAM20'] });
      await call('POST', '/checkouts/preview', {
        product_cart: [
          {
            product_id: 'prod_pro_plan',
            quantity: 1,
            addons: [{ addon_id: 'adn_extra_storage', quantity: 1 }],
          },
        ],
      });
      const { session_id } = await call('POST', '/checkouts', confirm);
      await call('POST', '/checkouts', { product_cart: confirm.product_cart });
      await call('GET', `/checkouts/${session_id}`);
      await call('POST', '/payments', {
        billing: { country: 'US' },
        customer: { customer_id },
        product_cart: [{ product_id: 'prod_course_workbook', quantity: 1 }],
        payment_method_id,
      });
      await call('GET', '/payments');
      await call('GET', `/payments/${payment_id}`);
      await call('GET', `/payments/${payment_id}/line-items`);
      await call('GET', '/subscriptions');
      await call('GET', `/subscriptions/${subscription_id}`);
      await call('POST', `/subscriptions/${subscription_id}/change-plan/preview`, change);
      await call('POST', `/subscriptions/${subscription_id}/change-plan`, change);
      await call('POST', `/subscriptions/${subscription_id}/change-plan`, later);
      await call('GET', `/subscriptions/${subscription_id}`);
      await call('DELETE', `/subscriptions/${subscription_id}/change-plan/scheduled`);
      await call('DELETE', `/subscriptions/${subscription_id}/change-plan/scheduled`);
      await call('POST', `/subscriptions/${weak.subscription_id}/change-plan`, {
        ...later,
        effective_at: 'immediately',
        on_payment_failure: 'prevent_change',
      });
      await call('POST', `/subscriptions/${weak.subscription_id}/change-plan`, change);
      await call('POST', `/subscriptions/${subscription_id}/update-payment-method`, { type: 'new' });
      await call('POST', `/subscriptions/${subscription_id}/update-payment-method`, {
        type: 'existing',
        payment_method_id,
      });
      await call('PATCH', `/subscriptions/${subscription_id}`, { status: 'paused' });
      await call('PATCH', `/subscriptions/${subscription_id}`, { status: 'active' });
      const onDemand = await sandbox.control.purchase({
        product_id: 'prod_basic_plan',
        subscription_data: { on_demand: { mandate_only: true } },
      });
      await call('POST', `/subscriptions/${onDemand.subscription_id}/charge`, { product_price: 500 });
      const { refund_id } = await call('POST', '/refunds', { payment_id });
      await call('GET', '/refunds');
      await call('GET', `/refunds/${refund_id}`);
      await call('GET', `/payments/${payment_id}`);
      const dispute = await sandbox.control.openDispute({ payment_id: weak.payment_id });
      await call('GET', '/disputes');
      await sandbox.control.moveDispute(dispute.dispute_id, 'won');
      await call('GET', `/payments/${weak.payment_id}`);
      await sandbox.control.nextCharges(customer_id, { status: 'processing' });
      await sandbox.control.renew(subscription_id ?? '');
      await sandbox.control.clearPendingChange(weak.subscription_id ?? '');
      await sandbox.control.renew(weak.subscription_id ?? '');
      await sandbox.control.renew(onDemand.subscription_id ?? '');
      await call('PATCH', `/subscriptions/${onDemand.subscription_id}`, { status: 'cancelled' });
      await receiver.until(sandbox.books.deliveries().length);

      for (const { type, body } of receiver.received) {
        const described = dodo.webhook(type);
        if (described) check(type, described, JSON.parse(body), `webhook ${type}`);
        else if (!NEWER_EVENTS.has(type)) problems.push(`webhook ${type} is not described`);
      }
      for (const each of checks) each();
      expect(problems).toEqual([]);
      const missed = ROUTES.map(({ method, path }) => dodo.operation(method, path).name).filter(
        (route) => !seen.has(route),
      );
      expect(missed).toEqual([]);
      expect(new Set(receiver.received.map((one) => one.type)).size).toBeGreaterThan(12);
    });
  },
);

test.each([
  ['POST', '/checkouts', { product_cart: [], metdata: {} }],
  ['POST', '/checkouts/preview', { product_cart: [{ product_id: 'prod_pro_plan', quantity: 1, addon: [] }] }],
  ['POST', '/refunds', { payment_id: 'pay_1', amount: 1 }],
  ['POST', '/webhooks', { url: 'http://127.0.0.1:9/', events: [] }],
  ['GET', '/payments?custmer_id=cus_1', undefined],
  ['GET', '/subscriptions?page=1', undefined],
  ['GET', '/products?active=true', undefined],
])('the sandbox refuses what Dodo does not have: %s %s', async (method, path, body) => {
  const { sandbox } = await running();
  const response = await fetch(sandbox.url + path, {
    method,
    headers: { authorization: `Bearer ${sandbox.apiKey}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({
    code: body ? 'INVALID_REQUEST_BODY' : 'INVALID_QUERY_PARAMS',
    message: expect.stringContaining('nrecognized key') as string,
  });
});
