/** Compares two catalogs field by field, in the terms of the file. Pure. */
import type { TriggerType } from '../domain/words.js';
import { isRecord } from '../catalog/file/data.js';
import { formatDuration } from '../domain/duration.js';
import { funnelsInOrder } from '../domain/rules/match.js';
import type { Catalog, Funnel } from '../domain/offers.js';
import { offerIdsOf } from '../domain/funnel.js';

export interface FieldChange {
  /** Path in the file: `copy.headline`, `steps.lite.on.decline`. */
  field: string;
  /** As text; undefined if the field is absent. */
  before?: string;
  after?: string;
}

export interface Change {
  kind: 'added' | 'removed' | 'changed';
  what: 'policy' | 'offer' | 'funnel';
  /** Empty for the policy. */
  id: string;
  fields: FieldChange[];
}

export interface OrderChange {
  trigger: TriggerType;
  /** Ids of funnels in the order in which they are tried. */
  before: string[];
  after: string[];
}

export interface Plan {
  changes: Change[];
  order: OrderChange[];
  /** Funnels whose new runs are affected, with the reasons. */
  affected: { funnelId: string; trigger: TriggerType; because: string[] }[];
}

/** Compares two catalogs. An empty plan means that their content is the same. */
export function planChanges(before: Catalog, after: Catalog): Plan {
  const funnelsBefore = Object.fromEntries(
    before.funnels.map((funnel) => [funnel.id, withMode(funnel, after)]),
  );
  const funnelsAfter = Object.fromEntries(
    after.funnels.map((funnel) => [funnel.id, withMode(funnel, before)]),
  );
  const policy = compare(flatten(before.policy), flatten(after.policy));
  const changes: Change[] = [
    ...(policy.length > 0 ? [{ kind: 'changed', what: 'policy', id: '', fields: policy } as const] : []),
    ...entries('offer', before.offers, after.offers),
    ...entries('funnel', funnelsBefore, funnelsAfter),
  ];
  const order = orderChanges(before, after);
  return { changes, order, affected: affectedBy(changes, order, after) };
}

/** A promotion reads `mode: "shadow" -> "live"`, although live is what a funnel is if nothing is said. */
function withMode(funnel: Funnel, other: Catalog): object {
  const isElsewhereInShadow = other.funnels.some(({ id, mode }) => id === funnel.id && mode === 'shadow');
  return isElsewhereInShadow ? { mode: 'live', ...funnel } : funnel;
}

export function isEmpty({ changes, order }: Plan): boolean {
  return changes.length === 0 && order.length === 0;
}

function entries(
  what: 'offer' | 'funnel',
  before: Record<string, object>,
  after: Record<string, object>,
): Change[] {
  const ids = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return ids.flatMap((id): Change[] => {
    const fields = compare(flatten(before[id]), flatten(after[id]));
    if (fields.length === 0) return [];
    const kind = !before[id] ? 'added' : !after[id] ? 'removed' : 'changed';
    return [{ kind, what, id, fields }];
  });
}

function compare(before: Map<string, string>, after: Map<string, string>): FieldChange[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((field) => before.get(field) !== after.get(field))
    .map((field) => ({ field, before: before.get(field), after: after.get(field) }));
}

/** Maps each path in the file to its value as text. Items with ids are addressed by id; of their order, only the first counts. */
function flatten(value: object | undefined): Map<string, string> {
  const fields = new Map<string, string>();
  const visit = (inner: unknown, path: string[]) => {
    const name = path.at(-1) ?? '';
    const asWritten = path.includes('when') ? path : path.map(nameInFile);
    if (isIdList(inner)) {
      // Only being first has a meaning, for steps and options alike.
      const [first] = inner;
      if (inner.length > 1 && first) fields.set([...asWritten, 'first'].join('.'), first.id);
      for (const item of inner) visit(item, [...path, item.id]);
    } else if (isRecord(inner)) {
      for (const [key, each] of Object.entries(inner)) if (key !== 'id') visit(each, [...path, key]);
    } else if (inner !== undefined) fields.set(asWritten.join('.'), inWords(name, inner));
  };
  visit(value, []);
  return fields;
}

function isIdList(value: unknown): value is { id: string }[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => isRecord(item) && typeof item.id === 'string')
  );
}

/**
 * Returns the name in the file: `if_no_payment_method` for `ifNoPaymentMethod`, `window` for `windowMs`. Ids and
 * currencies have no capital after a lower-case letter.
 */
function nameInFile(name: string): string {
  return name.replace(/Ms$/, '').replace(/([a-z0-9])([A-Z])/g, (_, one: string, other: string) => {
    return `${one}_${other.toLowerCase()}`;
  });
}

function inWords(name: string, value: unknown): string {
  if (typeof value === 'number') {
    if (name.endsWith('Ms') || name === 'afterDecline') return formatDuration(value);
    if (name === 'holdout') return `${String(Math.round(value * 10_000) / 100)}%`;
  }
  return JSON.stringify(value);
}

function orderChanges(before: Catalog, after: Catalog): OrderChange[] {
  const triggers = new Set([...before.funnels, ...after.funnels].map(({ trigger }) => trigger));
  return [...triggers].flatMap((trigger) => {
    const one = funnelsInOrder(before, trigger).map(({ id }) => id);
    const other = funnelsInOrder(after, trigger).map(({ id }) => id);
    const keptBefore = one.filter((id) => other.includes(id));
    const keptAfter = other.filter((id) => one.includes(id));
    return keptBefore.join() === keptAfter.join() ? [] : [{ trigger, before: one, after: other }];
  });
}

function affectedBy(changes: Change[], order: OrderChange[], after: Catalog): Plan['affected'] {
  const changed = (what: Change['what'], id: string) =>
    changes.find((change) => change.what === what && change.id === id);
  const policy = changed('policy', '');
  return after.funnels.flatMap((funnel) => {
    const { id, trigger } = funnel;
    const own = changed('funnel', id);
    const offers = offersOf(funnel).filter((offer) => changed('offer', offer)?.kind === 'changed');
    const moved = order.some((one) => one.trigger === trigger && movedIn(one, id));
    const because = [
      ...(own ? [own.kind === 'added' ? 'it is new' : 'it changes'] : []),
      ...offers.map((offer) => `offer ${offer} changes`),
      ...(moved ? ['its position in the order changes'] : []),
      ...(policy ? ['the policy changes'] : []),
    ];
    return because.length === 0 ? [] : [{ funnelId: id, trigger, because }];
  });
}

/** Returns true if the funnel now comes after one that it preceded, or the other way round. */
function movedIn({ before, after }: OrderChange, id: string): boolean {
  const ahead = (order: string[], other: string) => order.indexOf(other) < order.indexOf(id);
  if (!before.includes(id)) return false;
  return after.some((other) => before.includes(other) && ahead(before, other) !== ahead(after, other));
}

function offersOf({ steps }: Funnel): string[] {
  const all = steps.flatMap(offerIdsOf);
  return [...new Set(all)];
}
