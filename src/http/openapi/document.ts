/** `GET /openapi.json`, generated from the schemas that validate requests. */
import { createDocument } from 'zod-openapi';
import { offerPaths } from './offer-paths.js';
import { bulkPaths } from './bulk-paths.js';
import { commandPaths } from './command-paths.js';
import { customerPaths } from './customer-paths.js';
import { completed, TAGS } from './operations.js';
import { operatorPaths } from './operator-paths.js';
import { reviewPaths } from './review-paths.js';
import { runPaths } from './run-paths.js';
import { webhooks } from './webhooks.js';

/**
 * Builds the OpenAPI document.
 *
 * @param serverUrl the base URL of the API
 */
export function openApiDocument(serverUrl: string) {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'durable-upsells',
      version: '1.0.0',
      description:
        'Offers after a purchase, carried by Temporal workflows. Amounts are minor units of an ISO 4217 currency, times are RFC 3339 in UTC. Errors are RFC 9457 problem details with a stable `code`; new codes and fields may be added.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: serverUrl }],
    tags: [...TAGS],
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A backend key, an operator key or, for one presentation, its token.',
        },
      },
    },
    security: [{ bearer: [] }],
    paths: completed({
      ...runPaths,
      ...offerPaths,
      ...operatorPaths,
      ...commandPaths,
      ...customerPaths,
      ...bulkPaths,
      ...reviewPaths,
    }),
    webhooks,
  });
}
