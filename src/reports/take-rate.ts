/** The share of presented offers that were accepted, and how certain it is. */
import type { FunnelReportRow } from '../ledger/index.js';
import { wilsonInterval } from './wilson.js';

const CONFIDENCE = 0.95;

export interface TakeRate {
  /** Accepted divided by presented, 0 to 1; null if nothing was presented. */
  takeRate: number | null;
  takeRateInterval: { low: number; high: number; confidence: number };
}

export type Counts = Omit<FunnelReportRow, 'funnelId' | 'step' | 'offerId'>;

export interface FunnelReport {
  /** RFC 3339, UTC. */
  generatedAt: string;
  rows: (FunnelReportRow & TakeRate)[];
  totals: Counts & TakeRate;
}

export function takeRateOf({ accepted, presented }: Counts): TakeRate {
  return {
    takeRate: presented === 0 ? null : accepted / presented,
    takeRateInterval: { ...wilsonInterval(accepted, presented, CONFIDENCE), confidence: CONFIDENCE },
  };
}
