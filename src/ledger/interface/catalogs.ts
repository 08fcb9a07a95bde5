/** Catalogs that were in force, the runs on each, and the facts their funnels were matched against. */
import type { Catalog } from '../../domain/offers.js';
import type { ConsideredFunnel } from '../../domain/purchase.js';
import type { Facts } from '../../domain/rules/match.js';
import type { ReasonCode, TriggerType } from '../../domain/words.js';

/** Presentations under way, by catalog, funnel, step and offer. */
export interface RunningRow {
  /** Null for presentations from before catalog versions were recorded. */
  catalogHash: string | null;
  funnelId: string;
  step: string;
  offerId: string;
  open: number;
}

/** Runs under way without a presentation: between two steps, or about to end. */
export interface WaitingRow {
  catalogHash: string | null;
  funnelId: string;
  runs: number;
}

/** The facts one purchase or trigger was matched by, and the result. */
export interface EvaluationRow {
  purchaseId: string;
  trigger: TriggerType;
  /** When the purchase was first seen. */
  at: string;
  customerId?: string;
  facts: Facts;
  /** The funnel that was shown. */
  funnelId?: string;
  /** Why none was shown. */
  reason?: ReasonCode;
  considered: ConsideredFunnel[];
  catalogHash?: string;
}

export interface EvaluationsPage {
  since?: string;
  /** Exclusive. */
  until?: string;
  /** The last one of the preceding page. */
  after?: { at: string; purchaseId: string };
  limit: number;
}

export interface CatalogLedger {
  /** Records a catalog that has come into force. Recording it again changes nothing. */
  recordCatalog(catalog: Catalog, at: string): Promise<void>;
  /** Returns a recorded catalog; undefined when there is none of this hash. */
  catalogOf(hash: string): Promise<Catalog | undefined>;
  runningByCatalog(): Promise<{ running: RunningRow[]; waiting: WaitingRow[] }>;
  /** Lists evaluations whose facts were recorded, oldest first. */
  evaluations(page: EvaluationsPage): Promise<EvaluationRow[]>;
}
