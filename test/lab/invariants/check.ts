/** The invariants of the system. Pure functions of the evidence, which `gatherEvidence` collects. */
import { everyPaymentHasVerdict, noCompensationLeft, nothingPastDeadline } from './accounting-rules.js';
import type { Check, Evidence, Rule, Violation } from './evidence.js';
import {
  noChargeWithoutAcceptance,
  noFallbackWhileUnknown,
  oneChargePerAcceptance,
  sameMoneyEverywhere,
} from './money-rules.js';
import { noSilentAcceptance, nothingShownAfterNo, oneFulfilmentPerPayment } from './offer-rules.js';
import { noLostPurchase, oneEffectPerWebhook, runsInHealth } from './run-rules.js';

export const RULES: Record<Rule, Check> = {
  'one charge per acceptance': oneChargePerAcceptance,
  'no charge without acceptance': noChargeWithoutAcceptance,
  'no fallback while unknown': noFallbackWhileUnknown,
  'no silent acceptance': noSilentAcceptance,
  'nothing shown after a no': nothingShownAfterNo,
  'one effect per webhook': oneEffectPerWebhook,
  'no lost purchase': noLostPurchase,
  'one fulfilment per payment': oneFulfilmentPerPayment,
  'the same money everywhere': sameMoneyEverywhere,
  'runs in health': runsInHealth,
  'every payment has a verdict': everyPaymentHasVerdict,
  'no compensation left': noCompensationLeft,
  'nothing past its deadline': nothingPastDeadline,
};

/** Returns all violations, with ids. Meant for a system at rest: nothing under way, and no faults. */
export function checkInvariants(evidence: Evidence): Violation[] {
  return Object.entries(RULES).flatMap(([rule, check]) =>
    check(evidence).map((what) => ({ rule: rule as Rule, what })),
  );
}

/** Formats violations, one per line. */
export function describeViolations(violations: readonly Violation[]): string {
  return violations.map(({ rule, what }) => `[${rule}] ${what}`).join('\n');
}
