/** `GET /openapi.json`, generated from the schemas that validate requests. */
import { createDocument } from 'zod-openapi';
import { offerPaths } from './offer-paths.js';
import { commandPaths } from './command-paths.js';
import { operatorPaths } from './operator-paths.js';
import { reviewPaths } from './review-paths.js';
import { runPaths } from './run-paths.js';

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
        'Post-purchase offers for Dodo Payments. Errors are RFC 9457 problem details with a stable `code`.',
    },
    servers: [{ url: serverUrl }],
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    security: [{ bearer: [] }],
    paths: { ...runPaths, ...offerPaths, ...operatorPaths, ...commandPaths, ...reviewPaths },
  });
}
