/** The catalog's shapes after loading: every duration is in milliseconds, every default filled in. */
import type { OfferType, ProrationBillingMode, TriggerType } from './words.js';

/** The action that carries out an accepted offer. */
export type OfferAction = PaidAction | RetentionAction;

/** An action that keeps a customer and charges nothing. It concerns the subscription they have. */
export type RetentionAction =
  /** Pauses the subscription for this long, or until someone resumes it. */
  | { kind: 'pause'; forMs?: number }
  /** Postpones the end of the trial, which is the first billing date, by this long. */
  | { kind: 'extend_trial'; byMs: number };

/** An action that sells something. */
export type PaidAction =
  /** One-click checkout session on the saved payment method. */
  | {
      kind: 'charge';
      productId: string;
      quantity: number;
      quantityChoice?: QuantityChoice;
      addons?: Addon[];
    }
  /** One-time `payments.create` on the saved payment method. */
  | { kind: 'payment'; productId: string; quantity: number; quantityChoice?: QuantityChoice }
  /** Change of the subscription's plan. Quantity and add-ons left out are carried over. */
  | {
      kind: 'change_plan';
      productId: string;
      prorationBillingMode: ProrationBillingMode;
      effectiveAt: 'immediately' | 'next_billing_date';
      quantity?: number;
      quantityChoice?: QuantityChoice;
      addons?: Addon[];
    };

export interface Addon {
  addonId: string;
  quantity: number;
}

/** Inclusive bounds for a quantity that the customer chooses. */
export interface QuantityChoice {
  min: number;
  max: number;
}

/** One of several alternatives within an offer. */
export interface OfferOption {
  id: string;
  label: string;
  action: PaidAction;
}

/** What a customer agrees to with an acceptance. */
export interface Consent {
  id: string;
  text: string;
  /** The offer can only be accepted with it. */
  required: boolean;
}

/** The copy before amounts and dates are filled in. `PLACEHOLDERS` lists what it may name. */
export interface CopyTemplate {
  headline: string;
  body?: string;
  badge?: string;
  accept: string;
  decline: string;
  consents?: Consent[];
}

/** The copy of an offer, in the catalog's own language and in others by BCP 47 tag. */
export interface OfferCopy extends CopyTemplate {
  /** The language of its own words; `en` if left out. */
  locale?: string;
  locales?: Record<string, CopyTemplate>;
}

/** Metadata as Dodo takes it. */
export type OfferMetadata = Record<string, string | number | boolean>;

/** When something is shown. RFC 3339; `until` is exclusive. */
export interface Schedule {
  from?: string;
  until?: string;
}

/** At most `times` showings to one customer, within the last `withinMs` or ever. */
export interface Cap {
  times: number;
  withinMs?: number;
}

/** The most that one click may charge: minor units by ISO 4217 code. A currency that is not listed allows nothing. */
export type OneClickLimit = Partial<Record<string, number>>;

/** A catalog entry: what is proposed, how it is paid, and its copy. */
export interface Offer {
  id: string;
  type: OfferType;
  /** With `options`, the action of the first one. */
  action: OfferAction;
  /** Alternatives the customer chooses between; the first is preselected. */
  options?: OfferOption[];
  windowMs: number;
  ifNoPaymentMethod: 'skip' | 'checkout';
  ifOwned: 'skip' | 'allow';
  /** `never` again, or the milliseconds until the offer may be shown again. */
  afterDecline: 'never' | number;
  /** The minimum time between two showings to one customer. */
  cooldownMs?: number;
  cap?: Cap;
  /** The maximum number of sales to all customers. */
  redemptions?: number;
  oneClickLimit?: OneClickLimit;
  paused?: boolean;
  schedule?: Schedule;
  discountCode?: string;
  /** Sent to Dodo with the charge, beside ours. `METADATA_PLACEHOLDERS` lists the ids that texts may name. */
  metadata?: OfferMetadata;
  copy: OfferCopy;
}

/**
 * An offer as a run keeps it, without its words: those are in the ledger, with the presentation or with the catalog
 * version of the run. Runs that began before they were left out still hold them.
 */
export type SnapshotOffer = Omit<Offer, 'copy'> & { copy?: OfferCopy };

/** An offer that sells something. */
export type PaidOffer = SnapshotOffer & { action: PaidAction };

/** The id of the step that follows, or `end`. */
export type StepTarget = 'end' | (string & {});

/** One arm of an experiment. */
export interface StepVariant {
  id: string;
  offer: string;
  /** Its share is this divided by the sum of all weights; 0 takes no new customers. */
  weight: number;
}

/** One step of a funnel: the offer it shows, and what follows each decision. */
export interface FunnelStep {
  id: string;
  /** With `variants`, the offer of the first one. */
  offer: string;
  variants?: StepVariant[];
  /** The name under which assignments are kept, if it is not `<funnel>.<step>`. */
  experiment?: string;
  /** How long to wait before it is shown. */
  waitMs?: number;
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

/**
 * A rule: conditions by fact (`product_id`, `amount`, `tenure_days`, ... or `facts.<name>`) and groups of further rules.
 * All of its parts must hold.
 */
export interface When {
  /** At least one of these must hold. */
  any?: When[];
  /** Every one of these must hold. */
  all?: When[];
  [fact: string]: Clause | When[] | undefined;
}

/** Which customers are shown which steps. */
export interface Funnel {
  id: string;
  trigger: TriggerType;
  priority: number;
  /** In shadow it is evaluated and priced for live purchases, and shows nothing. Live if left out. */
  mode?: 'shadow';
  paused?: boolean;
  schedule?: Schedule;
  /** The share of eligible customers who are shown nothing: 0.1 is a tenth. */
  holdout?: number;
  /** Also for purchases of which nothing is paid, such as free trials. */
  freePurchases?: true;
  when: When;
  /** The first one is shown first. */
  steps: FunnelStep[];
}

/** The rules for all offers. */
export interface Policy {
  cap?: Cap;
  /** The minimum time between two offers to one customer. */
  cooldownMs?: number;
  /** The share of customers who are never shown an offer: 0.1 is a tenth. */
  holdout?: number;
  /** How far a price may rise between a refused click and the next one: 0.01 is a hundredth. See `price-tolerance.ts`. */
  priceTolerance?: number;
  oneClickLimit?: OneClickLimit;
}

export interface Catalog {
  version: 1;
  /** `sha256:` and the first 16 hex digits over the canonical content. */
  hash: string;
  policy: Policy;
  offers: Record<string, Offer>;
  funnels: Funnel[];
}

/** The part of the catalog a run keeps: one funnel and the offers its steps name, without their copy. */
export interface FunnelSnapshot {
  catalogHash: string;
  funnel: Omit<Funnel, 'when'>;
  offers: Record<string, SnapshotOffer>;
  /** Left out in runs that began before policies existed. */
  policy?: Policy;
}
