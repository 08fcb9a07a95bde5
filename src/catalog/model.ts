/** The catalog's shapes after loading: every duration is in milliseconds, every default filled in. */
import type { OfferType, TriggerType } from '../model.js';

export type ProrationBillingMode =
  'prorated_immediately' | 'full_immediately' | 'difference_immediately' | 'do_not_bill';

/** How an accepted offer is carried out. */
export type OfferAction =
  /** One-click checkout session on the saved payment method. */
  | { kind: 'charge'; productId: string; quantity: number }
  /** One-time `payments.create` on the saved payment method. */
  | { kind: 'payment'; productId: string; quantity: number }
  /** Change of the subscription's plan. Quantity and add-ons left out are carried over. */
  | {
      kind: 'change_plan';
      productId: string;
      prorationBillingMode: ProrationBillingMode;
      effectiveAt: 'immediately' | 'next_billing_date';
      quantity?: number;
      addons?: { addonId: string; quantity: number }[];
    };

/** The words, before amounts are filled in: `{dueNow}`, `{recurring}`, `{difference}`, `{credit}`, `{product}`. */
export interface CopyTemplate {
  headline: string;
  body?: string;
  badge?: string;
  accept: string;
  decline: string;
}

export interface Offer {
  id: string;
  type: OfferType;
  action: OfferAction;
  windowMs: number;
  ifNoPaymentMethod: 'skip' | 'checkout';
  ifOwned: 'skip' | 'allow';
  /** `never` again, or milliseconds until the offer may be shown again. */
  afterDecline: 'never' | number;
  discountCode?: string;
  copy: CopyTemplate;
}

export type StepTarget = 'end' | (string & {});

export interface FunnelStep {
  id: string;
  offer: string;
  on: { accept: StepTarget; decline: StepTarget; expire: StepTarget };
}

export type FactValue = string | number | boolean;

/** A condition on one fact. A bare value or a list in the file becomes `in`. All keys present must hold. */
export interface Clause {
  in?: FactValue[];
  not?: FactValue[];
  gt?: number;
  gte?: number;
  lt?: number;
  lte?: number;
}

/** Facts a rule may name: `product_id`, `amount`, `currency`, `country`, `quantity`, `tenure_days`, ... or `facts.<name>`. */
export type When = Record<string, Clause>;

export interface Funnel {
  id: string;
  trigger: TriggerType;
  priority: number;
  when: When;
  /** The first one is shown first. */
  steps: FunnelStep[];
}

export interface Catalog {
  version: 1;
  /** `sha256:` and the first 16 hex digits over the canonical content. */
  hash: string;
  offers: Record<string, Offer>;
  funnels: Funnel[];
}

/** What a run keeps of the catalog: one funnel and the offers its steps name, without their words. */
export interface FunnelSnapshot {
  catalogHash: string;
  funnel: Omit<Funnel, 'when'>;
  offers: Record<string, Offer>;
}
