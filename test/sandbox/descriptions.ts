/** What Dodo says of its API: in the OpenAPI file where there is one, and in the types of its SDK. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readSdk, type Schema } from './sdk-schemas.js';

export interface Operation {
  /** `post /checkouts` */
  name: string;
  body?: Schema;
  /** Undefined where the content of an answer is not described. */
  answer(status: number): Schema | 'undescribed' | undefined;
}

export interface Description {
  /** @throws for a route that Dodo does not have */
  operation(method: string, path: string): Operation;
  webhook(type: string): Schema | undefined;
}

/** Returns where the OpenAPI file would be. */
export function openApiFile(): string {
  const usual = fileURLToPath(new URL('../../../shared/dodo/openapi-1.113.0.json', import.meta.url));
  return process.env['DODO_OPENAPI_SPEC'] ?? usual;
}

interface Spec {
  paths: Record<string, Record<string, SpecOperation>>;
  webhooks: Record<string, { post: SpecOperation }>;
  components: { schemas: Record<string, Schema> };
}
interface SpecOperation {
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

const JSON_TYPE = 'application/json';
/** Allows no field beside those that a schema describes. What it refers to is closed as well. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const inner = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  const { $ref } = inner;
  if (typeof $ref === 'string') return { ...inner, $ref: $ref.replace('/schemas/', '/closed/') };
  const isObject = typeof inner['properties'] === 'object' && inner['type'] !== undefined;
  return isObject && !('additionalProperties' in inner) ? { ...inner, additionalProperties: false } : inner;
}

/** Allows other fields everywhere: answers may be newer than what describes them. */
function opened(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(opened);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => !(key === 'additionalProperties' && value === false))
      .map(([key, value]) => [key, opened(value)]),
  );
}

export function openApiDescription(): Description {
  const spec = JSON.parse(readFileSync(openApiFile(), 'utf8')) as Spec;
  const { schemas } = spec.components;
  const components = { schemas, closed: closed(schemas) };
  const whole = (schema: Schema | undefined) => schema && { ...schema, components };
  return {
    operation(method, path) {
      const [template, operation] = operationOf(spec.paths, method, path);
      return {
        name: `${method.toLowerCase()} ${template}`,
        body: whole(closed(operation.requestBody?.content[JSON_TYPE]?.schema) as Schema | undefined),
        answer(status) {
          const described = operation.responses[String(status)];
          return described ? whole(described.content?.[JSON_TYPE]?.schema) : 'undescribed';
        },
      };
    },
    webhook: (type) => whole(spec.webhooks[type]?.post.requestBody?.content[JSON_TYPE]?.schema),
  };
}

/** Every error of Dodo's has this form; the SDK has no types for them. */
const REFUSAL: Schema = {
  type: 'object',
  properties: { code: { type: 'string' }, message: { type: 'string' } },
  required: ['code', 'message'],
};

/** The types of the SDK by route: of the request's body, and of the answer; `[]` for a page of items. */
const SDK_ROUTES: Record<string, [body: string | undefined, answer: string | undefined]> = {
  'get /products': [undefined, 'ProductListResponse[]'],
  'get /products/{id}': [undefined, 'Product'],
  'get /addons': [undefined, 'AddonResponse[]'],
  'get /addons/{id}': [undefined, 'AddonResponse'],
  'get /discounts/code/{id}': [undefined, 'Discount'],
  'get /brands': [undefined, 'BrandListResponse'],
  'get /webhooks': [undefined, undefined],
  'post /webhooks': ['WebhookCreateParams', 'WebhookDetails'],
  'get /webhooks/{id}': [undefined, 'WebhookDetails'],
  'patch /webhooks/{id}': ['WebhookUpdateParams', 'WebhookDetails'],
  'delete /webhooks/{id}': [undefined, undefined],
  'get /webhooks/{id}/secret': [undefined, 'WebhookRetrieveSecretResponse'],
  'get /customers': [undefined, 'Customer[]'],
  'get /customers/{id}': [undefined, 'Customer'],
  'get /customers/{id}/payment-methods': [undefined, 'CustomerRetrievePaymentMethodsResponse'],
  'delete /customers/{id}/payment-methods/{id}': [undefined, undefined],
  'post /customers/{id}/customer-portal/session': [undefined, 'CustomerPortalSession'],
  'post /checkouts': ['CheckoutSessionCreateParams', 'CheckoutSessionResponse'],
  'post /checkouts/preview': ['CheckoutSessionPreviewParams', 'CheckoutSessionPreviewResponse'],
  'get /checkouts/{id}': [undefined, 'CheckoutSessionStatus'],
  'post /payments': ['PaymentCreateParams', 'PaymentCreateResponse'],
  'get /payments': [undefined, 'PaymentListResponse[]'],
  'get /payments/{id}': [undefined, 'Payment'],
  'get /payments/{id}/line-items': [undefined, 'PaymentRetrieveLineItemsResponse'],
  'get /subscriptions': [undefined, 'SubscriptionListResponse[]'],
  'get /subscriptions/{id}': [undefined, 'Subscription'],
  'patch /subscriptions/{id}': ['SubscriptionUpdateParams', 'Subscription'],
  'post /subscriptions/{id}/change-plan': ['SubscriptionChangePlanParams', undefined],
  'post /subscriptions/{id}/change-plan/preview': [
    'SubscriptionPreviewChangePlanParams',
    'SubscriptionPreviewChangePlanResponse',
  ],
  'delete /subscriptions/{id}/change-plan/scheduled': [undefined, undefined],
  // Its parameters are wrapped by the SDK.
  'post /subscriptions/{id}/update-payment-method': [undefined, 'SubscriptionUpdatePaymentMethodResponse'],
  'post /subscriptions/{id}/charge': ['SubscriptionChargeParams', 'SubscriptionChargeResponse'],
  'post /refunds': ['RefundCreateParams', 'Refund'],
  'get /refunds': [undefined, 'RefundListItem[]'],
  'get /refunds/{id}': [undefined, 'Refund'],
  'get /disputes': [undefined, 'DisputeListResponse[]'],
};

export function sdkDescription(): Description {
  const sdk = readSdk();
  const paths: Record<string, Record<string, string>> = {};
  for (const route of Object.keys(SDK_ROUTES)) {
    const [method = '', path = ''] = route.split(' ');
    paths[path] = { ...paths[path], [method]: route };
  }
  const schemaOf = (name: string): Schema => {
    if (!name.endsWith('[]')) return sdk.of(name);
    const { $defs, ...items } = sdk.of(name.slice(0, -2));
    return { type: 'object', properties: { items: { type: 'array', items } }, required: ['items'], $defs };
  };
  const answers = new Map<string, Schema>();
  function answerOf(name: string): Schema {
    const known = answers.get(name) ?? (opened(schemaOf(name)) as Schema);
    answers.set(name, known);
    return known;
  }
  return {
    operation(method, path) {
      const [, name] = operationOf(paths, method, path);
      const [body, answer] = SDK_ROUTES[name] ?? [];
      return {
        name,
        ...(body !== undefined && { body: schemaOf(body) }),
        answer: (status) => {
          if (status >= 400) return REFUSAL;
          return answer === undefined ? undefined : answerOf(answer);
        },
      };
    },
    webhook(type) {
      const words = type.split(/[._]/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
      const name = `${words.join('')}WebhookEvent`;
      return sdk.has(name) ? (opened(sdk.of(name)) as Schema) : undefined;
    },
  };
}

/** Finds the described path of a concrete path or route pattern. Literal segments win over parameters. */
function operationOf<T>(paths: Record<string, Record<string, T>>, method: string, path: string): [string, T] {
  const given = path.split('/');
  const [best] = Object.entries(paths)
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
  if (!best || operation === undefined) throw new Error(`${method} ${path} is not described.`);
  return [best[0], operation];
}
