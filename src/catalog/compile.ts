/** From the file's shape to the one in memory: camelCase, milliseconds, defaults filled in. */
import { createHash } from 'node:crypto';
import { parseDuration } from './duration.js';
import type { Catalog, Clause, FactValue, Funnel, Offer, OfferAction } from './model.js';
import type { CatalogFile, ClauseFile, FunnelFile, OfferFile } from './schema.js';

type Content = Omit<Catalog, 'hash'>;

/** Turns a checked file into a catalog. */
export function compileCatalog(file: CatalogFile): Catalog {
  const content: Content = {
    version: file.version,
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
export function catalogHash({ version, offers, funnels }: Content): string {
  const ordered = [...funnels].sort(
    (one, other) => compareText(one.trigger, other.trigger) || other.priority - one.priority,
  );
  const digest = createHash('sha256')
    .update(canonicalJson({ version, offers, funnels: ordered }))
    .digest('hex');
  return `sha256:${digest.slice(0, 16)}`;
}

function compileOffer(id: string, file: OfferFile): Offer {
  return {
    id,
    type: file.type,
    action: compileAction(file.action),
    windowMs: milliseconds(file.window),
    ifNoPaymentMethod: file.if_no_payment_method,
    ifOwned: file.if_owned,
    afterDecline: file.after_decline === 'never' ? 'never' : milliseconds(file.after_decline),
    ...(file.discount_code === undefined ? {} : { discountCode: file.discount_code }),
    copy: file.copy,
  };
}

function compileAction(file: OfferFile['action']): OfferAction {
  if (file.kind !== 'change_plan') {
    return { kind: file.kind, productId: file.product_id, quantity: file.quantity };
  }
  const usualMode = file.effective_at === 'immediately' ? 'difference_immediately' : 'full_immediately';
  return {
    kind: file.kind,
    productId: file.product_id,
    prorationBillingMode: file.proration_billing_mode ?? usualMode,
    effectiveAt: file.effective_at,
    ...(file.quantity === undefined ? {} : { quantity: file.quantity }),
    ...(file.addons === undefined
      ? {}
      : { addons: file.addons.map(({ addon_id, quantity }) => ({ addonId: addon_id, quantity })) }),
  };
}

function compileFunnel(id: string, file: FunnelFile): Funnel {
  return {
    id,
    trigger: file.trigger,
    priority: file.priority,
    when: Object.fromEntries(
      Object.entries(file.when).flatMap(([fact, clause]) =>
        clause === undefined ? [] : [[fact, compileClause(clause)]],
      ),
    ),
    steps: file.steps,
  };
}

function compileClause(file: ClauseFile): Clause {
  if (typeof file !== 'object' || Array.isArray(file)) return { in: asValues(file) };
  const { not, ...comparisons } = file;
  return { ...(not === undefined ? {} : { not: asValues(not) }), ...comparisons };
}

function asValues(values: FactValue | FactValue[]): FactValue[] {
  return Array.isArray(values) ? values : [values];
}

function milliseconds(duration: string): number {
  const parsed = parseDuration(duration);
  if (parsed === undefined) throw new Error(`"${duration}" is not a duration, and the schema let it pass.`);
  return parsed;
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
