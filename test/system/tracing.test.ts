/** One trace leads from a webhook to the offer and from a click to the charge, through a collector on this machine. */
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTelemetry, type Telemetry } from '../../src/telemetry.js';
import { eventually } from '../support/eventually.js';
import { closeServer, listenOnLoopback } from '../support/loopback.js';
import { testStack, type TestStack } from '../support/stack.js';

interface CollectedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: { key: string; value: { stringValue?: string } }[];
}

let collector: Server;
let telemetry: Telemetry | undefined;
let stack: TestStack;
const spans: CollectedSpan[] = [];
const variables = { ...process.env };

beforeAll(async () => {
  collector = createServer((req, res) => {
    const pieces: Buffer[] = [];
    req.on('data', (piece: Buffer) => pieces.push(piece));
    req.on('end', () => {
      const { resourceSpans } = JSON.parse(Buffer.concat(pieces).toString()) as {
        resourceSpans: { scopeSpans: { spans: CollectedSpan[] }[] }[];
      };
      for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans.push(...scope.spans);
      res.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
  });
  const endpoint = `http://127.0.0.1:${await listenOnLoopback(collector)}`;
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = endpoint;
  telemetry = await startTelemetry('tested');
  stack = await testStack();
});
afterAll(async () => {
  process.env = variables;
  await stack?.stop();
  await closeServer(collector);
});

test('traces lead from the webhook and from the click to the requests that they cause', async () => {
  const buyer = await stack.sandbox.control.purchase({
    product_id: 'prod_starter_course',
    email: 'traced@example.com',
  });
  const offered = await eventually('was the customer offered something', async () => {
    const { body } = await stack.http.get(`/api/upsell/${buyer.customer_id}`);
    return body.eligible === true ? (body.presentation as { id: string }) : undefined;
  });
  const accepted = await stack.http.post(
    `/api/presentations/${offered.id}/accept`,
    {},
    { 'X-Request-Id': 'request_of_the_test' },
  );
  expect(accepted.headers.get('x-request-id')).toBe('request_of_the_test');
  await eventually('was the offer paid', async () => {
    const { body } = await stack.http.get(`/api/presentations/${offered.id}`);
    return body.status === 'paid' ? body : undefined;
  });
  await telemetry?.stop();

  const byId = new Map(spans.map((span) => [span.spanId, span]));
  /** The names from a span up to the first one of its trace. */
  const pathTo = (span: CollectedSpan): string[] => {
    const parent = span.parentSpanId === undefined ? undefined : byId.get(span.parentSpanId);
    return [span.name, ...(parent ? pathTo(parent) : [])];
  };
  const paths = spans.map(pathTo).map((path) => path.join(' < '));
  expect(paths).toContain('Dodo POST /checkouts < activity charge < POST /api/presentations/{id}/accept');
  expect(paths).toContain('activity evaluate < POST /webhooks/dodo');
  const charge = spans.find(({ name }) => name === 'activity charge');
  const attributes = Object.fromEntries(
    (charge?.attributes ?? []).map(({ key, value }) => [key, value.stringValue]),
  );
  expect(attributes).toMatchObject({
    'upsells.requestId': 'request_of_the_test',
    'upsells.purchaseId': buyer.payment_id,
    'upsells.presentationId': offered.id,
  });
  // Spans bear ids, and no personal data.
  expect(JSON.stringify(spans)).not.toContain('traced@example.com');
});

test('nothing is exported, and nothing loaded, without an endpoint', async () => {
  expect(await startTelemetry('untraced', {})).toBeUndefined();
  expect(await startTelemetry('untraced', { OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toBeUndefined();
});
