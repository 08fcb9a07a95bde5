/** The content hash that names a version of the catalog. */
import { createHash } from 'node:crypto';
import type { Catalog } from '../../domain/offers.js';

const HEX_DIGITS = 16;

/**
 * Returns `sha256:` and 16 hex digits over the content. The order of keys does not matter, and the order of funnels
 * only where it has a meaning: among funnels with the same trigger and priority.
 */
export function catalogHash({ version, policy, offers, funnels }: Omit<Catalog, 'hash'>): string {
  const ordered = [...funnels].sort(
    (one, other) => compareText(one.trigger, other.trigger) || other.priority - one.priority,
  );
  const content = {
    version,
    // Catalogs without a policy keep the hash they had before policies existed.
    ...(Object.keys(policy).length > 0 && { policy }),
    offers,
    funnels: ordered,
  };
  const digest = createHash('sha256').update(canonicalJson(content)).digest('hex');
  return `sha256:${digest.slice(0, HEX_DIGITS)}`;
}

/** Serializes to JSON with the keys of every map in order. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([one], [other]) => compareText(one, other)));
  });
}

/** Compares by code unit, so that the hash does not depend on a machine's locale. */
function compareText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
