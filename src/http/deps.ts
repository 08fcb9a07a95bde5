import type { Logger } from 'pino';
import type { CatalogState } from '../catalog/live.js';
import type { GivenKey } from '../config/keys.js';
import type { Catalog } from '../domain/offers.js';
import type { Dodo } from '../dodo/client.js';
import type { Proofs } from '../dodo/proof.js';
import type { Ledger } from '../ledger/index.js';
import type { Runs } from '../temporal/runs.js';
import type { ReceiptSigner } from './receipts/sign.js';
import type { StreamHub } from './streams/hub.js';
import type { Tokens } from './token.js';

/** Everything the API depends on. */
export interface ApiDeps {
  dodo: Dodo;
  ledger: Ledger;
  runs: Runs;
  tokens: Tokens;
  /** Makes and checks the proofs in the metadata of attempts and registered purchases. */
  proofs: Proofs;
  streams: StreamHub;
  receipts: ReceiptSigner;
  catalog: () => Catalog;
  catalogState: () => CatalogState;
  log: Logger;
  now: () => Date;
  appUrl: string;
  /** How long the response to an accept or decline waits for the run to finish with it. Milliseconds. */
  acceptWaitMs: number;
  /** Those in force: keys and secrets may change while the process runs, so they are read at each use. */
  readonly apiKeys: readonly GivenKey[];
  readonly operatorKeys: readonly GivenKey[];
  readonly webhookSecrets: readonly Buffer[];
  /** What is said to be paid without evidence takes the keys of two operators. */
  secondOperator?: boolean;
  /** Whose pages may call the token routes. The origin of `appUrl` if omitted. */
  allowedOrigins?: readonly string[];
  /** Proxies whose `X-Forwarded-For` is believed: how many, or their addresses. */
  trustProxy?: number | readonly string[];
  /** Metrics are served on another port. */
  metricsApart?: boolean;
  /** Returns the address of a run in the Temporal UI. */
  temporalLink: (workflowId: string) => string | undefined;
}
