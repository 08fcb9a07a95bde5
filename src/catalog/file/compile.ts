/** From the file's shape to the one in memory: camelCase, milliseconds, defaults filled in. */
import { createHash } from 'node:crypto';
import { parseDuration } from '../../domain/duration.js';
import type {
  Cap,
  Catalog,
  Clause,
  FactValue,
  Funnel,
  FunnelStep,
  Offer,
  OfferAction,
  PaidAction,
  Policy,
  When,
} from '../../domain/offers.js';
import type { CatalogFile, FunnelFile, OfferFile } from './schema.js';
import type { ClauseFile, WhenFile } from './schema-when.js';

type Content = Omit<Catalog, 'hash'>;

/** Turns a checked file into a catalog. */
export function compileCatalog(file: CatalogFile): Catalog {
  const content: Content = {
    version: file.version,
    policy: compilePolicy(file.policy),
    offers: Object.fromEntries(
      Object.entries(file.offers).map(([id, offer]) => [id, compileOffer(id, offer)]),
    ),
    funnels: Object.entries(file.funnels).map(([id, funnel]) => compileFunnel(id, funnel)),
  };
  return { ...content, hash: catalogHash(content) };
}

/**
 * `sha256:` and 16 hex digits over the content. Independent of the order of keys and of funnels, except where the
 * order of funnels means something: between funnels of one trigger and one priority.
 */
export function catalogHash({ version, policy, offers, funnels }: Content): string {
  const ordered = [...funnels].sort(
    (one, other) => compareText(one.trigger, other.trigger) || other.priority - one.priority,
  );
  const digest = createHash('sha256')
    .update(
      canonicalJson({
        version,
        // A catalog without a policy is the same one as before there were any.
        ...(Object.keys(policy).length > 0 && { policy }),
        offers,
        funnels: ordered,
      }),
    )
    .digest('hex');
  return `sha256:${digest.slice(0, 16)}`;
}

function compilePolicy(file: CatalogFile['policy']): Policy {
  return defined({
    cap: file.cap && compileCap(file.cap),
    cooldownMs: optionalMilliseconds(file.cooldown),
    holdout: compileShare(file.holdout),
    oneClickLimit: file.one_click_limit,
  });
}

function compileOffer(id: string, file: OfferFile): Offer {
  const options = file.options?.map((option) => ({ ...option, action: compilePaidAction(option.action) }));
  const action = options?.[0]?.action ?? (file.action && compileAction(file.action));
  if (!action) throw new Error(`Offer ${id} has neither an action nor options, and the checks let it pass.`);
  return {
    id,
    type: file.type,
    action,
    windowMs: milliseconds(file.window),
    ifNoPaymentMethod: file.if_no_payment_method,
    ifOwned: file.if_owned,
    afterDecline: file.after_decline === 'never' ? 'never' : milliseconds(file.after_decline),
    copy: file.copy,
    ...defined({
      options,
      cooldownMs: optionalMilliseconds(file.cooldown),
      cap: file.cap && compileCap(file.cap),
      redemptions: file.redemptions,
      oneClickLimit: file.one_click_limit,
      paused: file.paused || undefined,
      schedule: file.schedule,
      discountCode: file.discount_code,
    }),
  };
}

type ActionFile = NonNullable<OfferFile['action']>;
type PaidActionFile = NonNullable<OfferFile['options']>[number]['action'];

function compileAction(file: ActionFile): OfferAction {
  switch (file.kind) {
    case 'pause':
      return { kind: file.kind, ...defined({ forMs: optionalMilliseconds(file.for) }) };
    case 'extend_trial':
      return { kind: file.kind, byMs: milliseconds(file.by) };
    default:
      return compilePaidAction(file);
  }
}

function compilePaidAction(file: PaidActionFile): PaidAction {
  const productId = file.product_id;
  switch (file.kind) {
    case 'charge':
      return {
        kind: file.kind,
        productId,
        ...compileQuantity(file.quantity),
        ...defined({ addons: file.addons && compileAddons(file.addons) }),
      };
    case 'payment':
      return { kind: file.kind, productId, ...compileQuantity(file.quantity) };
    case 'change_plan': {
      const usualMode = file.effective_at === 'immediately' ? 'difference_immediately' : 'full_immediately';
      return {
        kind: file.kind,
        productId,
        prorationBillingMode: file.proration_billing_mode ?? usualMode,
        effectiveAt: file.effective_at,
        ...(file.quantity !== undefined && compileSeats(file.quantity)),
        ...defined({ addons: file.addons && compileAddons(file.addons) }),
      };
    }
  }
}

type QuantityFile = number | { min: number; max: number; default?: number };

function compileQuantity(file: QuantityFile) {
  if (typeof file === 'number') return { quantity: file };
  const { min, max } = file;
  return { quantity: file.default ?? min, quantityChoice: { min, max } };
}

/** Without a default, the current quantity is preselected. */
function compileSeats(file: QuantityFile) {
  if (typeof file === 'number') return { quantity: file };
  const { min, max } = file;
  return { ...defined({ quantity: file.default }), quantityChoice: { min, max } };
}

function compileAddons(file: { addon_id: string; quantity: number }[]) {
  return file.map(({ addon_id, quantity }) => ({ addonId: addon_id, quantity }));
}

function compileFunnel(id: string, file: FunnelFile): Funnel {
  return {
    id,
    trigger: file.trigger,
    priority: file.priority,
    ...defined({
      paused: file.paused || undefined,
      schedule: file.schedule,
      holdout: compileShare(file.holdout),
    }),
    when: compileWhen(file.when),
    steps: file.steps.map((step) => compileStep(id, step)),
  };
}

function compileStep(funnelId: string, file: FunnelFile['steps'][number]): FunnelStep {
  const { id, variants, experiment, on } = file;
  const offer = variants?.[0]?.offer ?? file.offer;
  if (offer === undefined)
    throw new Error(`Step ${id} of funnel ${funnelId} has no offer, and the checks let it pass.`);
  return { id, offer, ...defined({ variants, experiment, waitMs: optionalMilliseconds(file.wait) }), on };
}

function compileCap({ times, within }: { times: number; within?: string }): Cap {
  return { times, ...defined({ withinMs: optionalMilliseconds(within) }) };
}

/** `10%` is 0.1. */
function compileShare(share: string | undefined): number | undefined {
  return share === undefined ? undefined : Number(share.slice(0, -1)) / 100;
}

function compileWhen({ any, all, ...clauses }: WhenFile): When {
  return {
    ...Object.fromEntries(
      // Without the groups, what is left are clauses; the index signature cannot say so.
      Object.entries(clauses as Record<string, ClauseFile | undefined>).flatMap(([fact, clause]) =>
        clause === undefined ? [] : [[fact, compileClause(clause)]],
      ),
    ),
    ...defined({ any: any?.map(compileWhen), all: all?.map(compileWhen) }),
  };
}

/** A value or a list is short for `in`. */
function compileClause(file: ClauseFile): Clause {
  if (typeof file !== 'object' || Array.isArray(file)) return { in: asValues(file) };
  const { in: values, not, ...comparisons } = file;
  return {
    ...defined({ in: values === undefined ? undefined : asValues(values) }),
    ...defined({ not: not === undefined ? undefined : asValues(not) }),
    ...comparisons,
  };
}

function asValues(values: FactValue | FactValue[]): FactValue[] {
  return Array.isArray(values) ? values : [values];
}

function milliseconds(duration: string): number {
  const parsed = parseDuration(duration);
  if (parsed === undefined) throw new Error(`"${duration}" is not a duration, and the schema let it pass.`);
  return parsed;
}

function optionalMilliseconds(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : milliseconds(duration);
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Without what was left out in the file, so that a hash says the same whether or not later versions know more. */
function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** JSON with the keys of every map in order. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([one], [other]) => compareText(one, other)));
  });
}

/** By code unit, so that no machine's language changes a hash. */
function compareText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
