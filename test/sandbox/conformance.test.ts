import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { ROUTES } from '../../sandbox/api/routes.js';
import { DECLINES_LATER, running, startReceiver } from './support.js';

const DEFAULT_SPEC = fileURLToPath(new URL('../../../shared/dodo/openapi-1.113.0.json', import.meta.url));
const SPEC = process.env['DODO_OPENAPI_SPEC'] ?? DEFAULT_SPEC;

type Schema = Record<string, unknown>;
interface Operation {
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}
interface Spec {
  paths: Record<string, Record<string, Operation>>;
  webhooks: Record<string, { post: { requestBody: { content: Record<string, { schema: Schema }> } } }>;
  components: Schema;
}

/** Events of later API versions, missing from this description. */
const NEWER_EVENTS = new Set(['subscription.past_due']);

function compiler(spec: Spec): (schema: Schema) => ValidateFunction {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  return (schema) => ajv.compile({ ...schema, components: spec.components });
}

describe.skipIf(!existsSync(SPEC))('the published OpenAPI description', () => {
  const spec = existsSync(SPEC) ? (JSON.parse(readFileSync(SPEC, 'utf8')) as Spec) : undefined;

  test('matches every response and every webhook', async () => {
    if (!spec) throw new Error('unreachable: the test is skipped without a description');
    const compile = compiler(spec);
    const receiver = await startReceiver();
    const { sandbox } = await running({ webhookUrl: receiver.url });
    const problems: string[] = [];
    const seen = new Set<string>();

    async function call(method: string, path: string, body?: unknown): Promise<Record<string, string>> {
      const response = await fetch(sandbox.url + path, {
        method,
        headers: { authorization: `Bearer ${sandbox.apiKey}`, 'content-type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await response.text();
      const answer = (text === '' ? null : JSON.parse(text)) as Record<string, string> | null;
      const [template, operation] = operationOf(spec as Spec, method, path.split('?')[0] ?? '');
      const described = operation.responses[String(response.status)];
      if (!described) problems.push(`${method} ${template} answered ${response.status}: ${text}`);
      const schema = described?.content?.['application/json']?.schema;
      if (schema) report(compile(schema), answer, `${method} ${template}`);
      seen.add(`${method.toLowerCase()} ${template}`);
      return answer ?? {};
    }

    function report(validate: ValidateFunction, value: unknown, where: string): void {
      if (validate(value)) return;
      for (const { instancePath, message } of validate.errors ?? []) {
        problems.push(`${where} ${instancePath || 'body'} ${message}`);
      }
    }

    const buyer = await sandbox.control.purchase({ product_id: 'prod_pro_plan', discount_codes: ['TEAM20'] });
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
      const described = spec.webhooks[type]?.post.requestBody.content['application/json']?.schema;
      if (described) report(compile(described), JSON.parse(body), `webhook ${type}`);
      else if (!NEWER_EVENTS.has(type)) problems.push(`webhook ${type} is not described`);
    }
    expect(problems).toEqual([]);
    const missed = ROUTES.map(({ method, path }) => `${method} ${operationOf(spec, method, path)[0]}`).filter(
      (route) => !seen.has(route),
    );
    expect(missed).toEqual([]);
    expect(new Set(receiver.received.map((one) => one.type)).size).toBeGreaterThan(12);
  });
});

/** Finds the described path of a concrete path or route pattern. Literal segments win over parameters. */
function operationOf(spec: Spec, method: string, path: string): [string, Operation] {
  const given = path.split('/');
  const [best] = Object.entries(spec.paths)
    .filter(([template, operations]) => {
      const parts = template.split('/');
      return (
        method.toLowerCase() in operations &&
        parts.length === given.length &&
        parts.every((part, index) => part.startsWith('{') || part === given[index])
      );
    })
    .sort(([one], [other]) => one.split('{').length - other.split('{').length);
  const operation = best?.[1][method.toLowerCase()];
  if (!best || !operation) throw new Error(`${method} ${path} is not described.`);
  return [best[0], operation];
}
