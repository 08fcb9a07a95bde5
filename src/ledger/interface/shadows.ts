/** Funnels in shadow: what they would have done with live purchases. */
import type { Blocked, WouldShow } from '../../domain/shadow.js';
import type { ShadowBlocker } from '../../domain/words.js';
import type { Period } from './console.js';

/** A purchase or trigger, as a funnel in shadow first saw it. */
export interface ShadowSighting {
  purchaseId: string;
  funnelId: string;
  seenAt: string;
  /** The live funnel whose offer was shown instead. */
  insteadOf?: string;
  /** Known at once; left out where Dodo has to be asked. */
  blocked?: Blocked;
}

/** A purchase for which funnels in shadow wait for their turn. */
export interface WaitingShadows {
  purchaseId: string;
  seenAt: string;
  /** How often their turn ended without a result. */
  tries: number;
  funnelIds: string[];
}

export type ShadowResult = { kind: 'reached'; shows: WouldShow } | ({ kind: 'blocked' } & Blocked);

/** What became of a turn of one purchase. */
export interface ShadowTurn {
  purchaseId: string;
  at: string;
  /** Sent to Dodo. */
  requests: number;
  /** By funnel. Those that are left out are tried again, unless they are given up. */
  results: Record<string, ShadowResult>;
  /** Nothing more will be known of the funnels without a result. */
  isOver?: boolean;
}

export interface ShadowPrice {
  offerId: string;
  productId: string;
  currency: string;
  count: number;
  /** Of what would be due now, in minor units: the least, the quartiles and the most. */
  min: number;
  p25: number;
  median: number;
  p75: number;
  max: number;
}

export interface ShadowCounts {
  funnelId: string;
  /** Purchases and triggers that it saw. */
  purchases: number;
  /** Those of which only Dodo could tell. */
  candidates: number;
  /** Candidates of which it is known. */
  evaluated: number;
  /** Candidates that wait for their turn. */
  waiting: number;
  /** Candidates to whom it would have been shown. */
  reached: number;
  blocked: {
    reason: ShadowBlocker;
    count: number;
    /** The latest one. */
    example: { purchaseId: string; detail?: string };
  }[];
  /** Of those reached, how many were shown the offer of a live funnel. */
  insteadOf: { funnelId: string; count: number }[];
  prices: ShadowPrice[];
}

export interface ShadowLedger {
  /** Records what funnels in shadow saw. What is recorded of a purchase and a funnel already stays. */
  recordShadows(sightings: readonly ShadowSighting[]): Promise<void>;
  /** Counts the purchases that wait for a turn. */
  countWaitingShadows(): Promise<number>;
  /** Returns purchases that wait for a turn, the newest first. */
  waitingShadows(limit: number): Promise<WaitingShadows[]>;
  recordShadowTurn(turn: ShadowTurn): Promise<void>;
  /** Gives up what was seen before a time and has had no turn. */
  giveUpShadows(before: string): Promise<void>;
  /** Returns how many requests were sent to Dodo since a time. */
  shadowRequests(since: string): Promise<number>;
  /** @param period in which the purchases were seen; all of them by default */
  shadowReport(period?: Period): Promise<ShadowCounts[]>;
}
