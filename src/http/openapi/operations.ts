/** The name, the summary and the section of every operation, and what all of them have in common. */
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import type { ProblemCode } from '../problem.js';
import { problems, unexpected } from './parts.js';

export const TAGS = [
  { name: 'Offers', description: 'What to show a customer, and what the customer decides.' },
  { name: 'Presentations', description: 'One offer before one customer, for its token and for backends.' },
  { name: 'Purchases', description: 'What starts a run: checkouts that are registered, and triggers.' },
  { name: 'Reviews', description: 'Money or access in doubt, for operators.' },
  { name: 'Operations', description: 'What operators look for, pause, and have ordered.' },
  { name: 'Reports', description: 'What came of it, and the catalog in force, for operators.' },
  { name: 'Notifications', description: "Webhooks to the merchant's backend that could not be delivered." },
  { name: 'Service', description: 'Incoming webhooks, keys, health and metrics.' },
] as const;

type Tag = (typeof TAGS)[number]['name'];

const OPERATIONS: Record<string, [operationId: string, tag: Tag, summary: string]> = {
  'get /api/upsell/{customerId}': ['getOffer', 'Offers', "Get a customer's open offer, or why there is none"],
  'post /api/upsell/{customerId}/accept': ['acceptOffer', 'Offers', 'Accept the offer a customer has'],
  'post /api/upsell/{customerId}/decline': ['declineOffer', 'Offers', 'Decline the offer a customer has'],
  'get /api/presentations/{id}': ['getPresentation', 'Presentations', 'Get one presentation'],
  'get /api/presentations/{id}/events': [
    'followPresentation',
    'Presentations',
    'Follow a presentation as it changes',
  ],
  'get /api/presentations/{id}/receipt': [
    'getReceipt',
    'Presentations',
    'Get the signed receipt of an acceptance',
  ],
  'post /api/presentations/{id}/accept': ['acceptPresentation', 'Presentations', 'Accept a presentation'],
  'post /api/presentations/{id}/decline': ['declinePresentation', 'Presentations', 'Decline a presentation'],
  'post /api/presentations/{id}/quote': ['quoteChoice', 'Presentations', 'Price another option or quantity'],
  'post /api/presentations/{id}/view': ['viewPresentation', 'Presentations', 'Record that it was seen'],
  'post /api/presentations/{id}/extend': ['extendPresentation', 'Presentations', 'Change when it expires'],
  'post /api/presentations/{id}/withdraw': [
    'withdrawPresentation',
    'Presentations',
    'Withdraw an open offer',
  ],
  'post /api/presentations/{id}/resolve': [
    'resolvePresentation',
    'Presentations',
    'Say whether an attempt under review was paid',
  ],
  'post /api/purchases': ['registerPurchase', 'Purchases', 'Register a purchase before it is paid'],
  'get /api/purchases/{purchaseId}': ['getPurchase', 'Purchases', 'Get a purchase and its story'],
  'post /api/purchases/{purchaseId}/close': ['closePurchase', 'Purchases', 'End a run that is dead or stuck'],
  'post /api/triggers': ['sendTrigger', 'Purchases', 'Tell of an event that may lead to an offer'],
  'get /api/reviews': ['listReviews', 'Reviews', 'List what is in doubt'],
  'get /api/reviews/{id}': ['getReview', 'Reviews', 'Get a review and the payments that may be meant'],
  'post /api/reviews/{id}/resolve': ['resolveReview', 'Reviews', 'End a review'],
  'get /api/reports/funnels': [
    'getFunnelReport',
    'Reports',
    'Get the conversion of funnels, steps and offers',
  ],
  'get /api/reports/experiments': ['getExperimentReport', 'Reports', 'Compare the arms of experiments'],
  'get /api/reports/shadow-funnels': [
    'getShadowReport',
    'Reports',
    'Get what funnels in shadow would have done',
  ],
  'get /api/reports/cohorts': [
    'getCohorts',
    'Reports',
    'Get what the offers of each month brought after days',
  ],
  'get /api/reports/recurring': [
    'getRecurringRevenue',
    'Reports',
    'Get how recurring revenue was won and lost',
  ],
  'get /api/reports/evaluations': [
    'listEvaluations',
    'Reports',
    'List the facts that rules were matched with',
  ],
  'get /api/catalog': ['getCatalog', 'Reports', 'Get the catalog in force'],
  'get /api/search': ['search', 'Operations', 'Find where the story of an id is told'],
  'get /api/audit': ['listCommands', 'Operations', 'List what operators ordered'],
  'get /api/customers/{customerId}/data': [
    'exportCustomer',
    'Operations',
    'Export everything about a customer',
  ],
  'delete /api/customers/{customerId}/data': ['eraseCustomer', 'Operations', 'Erase a customer'],
  'get /api/bulk': ['listBulkCommands', 'Operations', 'List the commands in bulk'],
  'post /api/bulk': ['selectForBulkCommand', 'Operations', 'Freeze a selection for a command in bulk'],
  'get /api/bulk/{id}': ['getBulkCommand', 'Operations', 'Get a command in bulk'],
  'get /api/bulk/{id}/rows.csv': ['getBulkRows', 'Operations', 'Get every row with its result, as CSV'],
  'post /api/bulk/{id}/start': ['startBulkCommand', 'Operations', 'Order what was selected'],
  'post /api/bulk/{id}/abort': ['abortBulkCommand', 'Operations', 'Stop a command in bulk'],
  'get /api/pauses': ['listPauses', 'Operations', 'List the offers and funnels that are paused'],
  'post /api/offers/{id}/pause': ['pauseOffer', 'Operations', 'Pause an offer everywhere'],
  'post /api/offers/{id}/unpause': ['unpauseOffer', 'Operations', 'Show a paused offer again'],
  'post /api/funnels/{id}/pause': ['pauseFunnel', 'Operations', 'Pause a funnel everywhere'],
  'post /api/funnels/{id}/unpause': ['unpauseFunnel', 'Operations', 'Let a paused funnel go on'],
  'post /api/purchases/{purchaseId}/evaluate': [
    'evaluatePurchase',
    'Purchases',
    'Evaluate a purchase once more that ended without an offer',
  ],
  'get /api/notifications/dead': ['listDeadNotifications', 'Notifications', 'List undelivered webhooks'],
  'post /api/notifications/{id}/redeliver': ['redeliverNotification', 'Notifications', 'Send one again'],
  'post /webhooks/dodo': ['receiveDodoWebhook', 'Service', 'Take a webhook from Dodo Payments'],
  'get /.well-known/jwks.json': ['getKeys', 'Service', 'Get the public key of receipts'],
  'get /healthz': ['getHealth', 'Service', 'Check that the process is alive'],
  'get /readyz': ['getReadiness', 'Service', 'Check that Temporal and the database are reached'],
  'get /metrics': ['getMetrics', 'Service', 'Get metrics in the format of Prometheus'],
};

/** Completes operations with their names and with the errors that any of them may have. */
export function completed(paths: ZodOpenApiPathsObject): ZodOpenApiPathsObject {
  return Object.fromEntries(
    Object.entries(paths).map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries(methods as Record<string, ZodOpenApiOperationObject>).map(([method, operation]) => [
          method,
          complete(`${method} ${path}`, operation),
        ]),
      ),
    ]),
  );
}

function complete(key: string, operation: ZodOpenApiOperationObject): ZodOpenApiOperationObject {
  const [operationId, tag, summary] = OPERATIONS[key] ?? [];
  const isPublic = operation.security?.length === 0;
  const common: ProblemCode[] = [
    ...(operation.requestBody && !isPublic ? (['payload_too_large', 'unsupported_media_type'] as const) : []),
  ];
  const hasClientError = Object.keys({ ...operation.responses }).some((status) => status.startsWith('4'));
  return {
    ...(operationId && { operationId, summary, tags: [tag as string] }),
    ...operation,
    responses: {
      ...problems(...common),
      ...operation.responses,
      ...(!hasClientError && { '4XX': unexpected }),
      ...(key.includes(' /api/') && { default: unexpected }),
    },
  };
}
