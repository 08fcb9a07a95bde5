import type { Logger } from 'pino';
import type { CatalogState } from '../catalog/live.js';
import type { Catalog } from '../domain/offers.js';
import type { Dodo } from '../dodo/client.js';
import type { Ledger } from '../ledger/index.js';
import type { Runs } from '../temporal/runs.js';
import type { Tokens } from './token.js';

/** What the API works with. */
export interface ApiDeps {
  dodo: Dodo;
  ledger: Ledger;
  runs: Runs;
  tokens: Tokens;
  catalog: () => Catalog;
  catalogState: () => CatalogState;
  log: Logger;
  now: () => Date;
  appUrl: string;
  acceptWaitMs: number;
  apiKeys: readonly string[];
  operatorKeys: readonly string[];
  webhookSecrets: readonly Buffer[];
  /** Where operators see a run. */
  temporalLink: (workflowId: string) => string | undefined;
}
