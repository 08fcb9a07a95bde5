/** Checks the file's data with the zod schema and puts its findings into words. */
import type { z } from 'zod';
import { asRecord, valueAt } from './data.js';
import type { Finding, Path } from './problems.js';
import { showValue } from './problems.js';
import { catalogFileSchema, catalogShape, policyShape, type CatalogFile } from './schema.js';
import { funnelShape, onShape, stepShape, variantShape } from './schema-funnel.js';
import { actionShapes, addonShape, copyShape, offerShape, optionShape, wordsShape } from './schema-offer.js';
import { CATALOG_ID } from '../../domain/patterns.js';
import { capShape, quantityChoiceShape, scheduleShape } from './schema-values.js';
import { operatorsShape } from './schema-when.js';
import { didYouMean } from './suggest.js';

type Issue = z.core.$ZodIssue;

/** Checks the name, type and pattern of every field. Returns `file` only if the schema finds no mistake. */
export function checkShape(data: unknown): { file?: CatalogFile; findings: Finding[] } {
  const result = catalogFileSchema.safeParse(data);
  const findings = result.success ? [] : result.error.issues.flatMap((issue) => fromIssue(issue, [], data));
  findings.push(...badIds(data, 'offers'), ...badIds(data, 'funnels'));
  return result.success ? { file: result.data, findings } : { findings };
}

function fromIssue(issue: Issue, base: Path, data: unknown): Finding[] {
  const path: Path = [...base, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path, data);
    return issue.keys.map((key) => ({ path: [...path, key], at: 'key', message: unknownKey(key, known) }));
  }
  if (issue.code === 'invalid_union') {
    // The branch for values of this kind has the most precise findings.
    const fitting = issue.errors.find((branch) => !branch.some(isWrongKind));
    if (fitting) return fitting.flatMap((inner) => fromIssue(inner, path, data));
  }
  const value = valueAt(data, path);
  const expected = isUnknownKind(issue) ? `one of ${issue.options.join(', ')}` : issue.message;
  const message =
    value === undefined ? `is missing; expected ${expected}` : `must be ${expected}, not ${showValue(value)}`;
  return [{ path, at: 'value', message }];
}

/** Detects an action without a `kind`, or with an unknown one. */
function isUnknownKind(issue: Issue): issue is Issue & { options: string[] } {
  return issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options);
}

function isWrongKind(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_union');
}

/** Checks the ids of offers and funnels. They are keys, whose errors zod does not tell apart from those of their values. */
function badIds(data: unknown, section: 'offers' | 'funnels'): Finding[] {
  return Object.keys(asRecord(asRecord(data)[section]))
    .filter((id) => !CATALOG_ID.regex.test(id))
    .map((id) => ({ path: [section, id], at: 'key', message: `the id must be ${CATALOG_ID.expected}` }));
}

function unknownKey(key: string, known: readonly string[]): string {
  const suggestion = didYouMean(key, known);
  return `unknown key${suggestion === '' ? `; expected ${known.join(', ')}` : suggestion}`;
}

/** Returns the keys that are allowed at a path. */
function knownKeys(path: Path, data: unknown): string[] {
  const [section, , field, inner, part] = path;
  const last = path.at(-1);
  if (last === 'quantity') return Object.keys(quantityChoiceShape);
  if (last === 'schedule') return Object.keys(scheduleShape);
  if (last === 'cap') return Object.keys(capShape);
  if (section === 'policy') return Object.keys(policyShape);
  if (section === 'offers') {
    if (field === undefined) return Object.keys(offerShape);
    if (field === 'copy') return Object.keys(inner === undefined ? copyShape : wordsShape);
    if (path.includes('addons')) return Object.keys(addonShape);
    if (field === 'options' && part === undefined) return Object.keys(optionShape);
    const kind = asRecord(valueAt(data, path)).kind as keyof typeof actionShapes;
    return Object.keys(actionShapes[kind]);
  }
  if (section === 'funnels') {
    if (field === undefined) return Object.keys(funnelShape);
    if (field === 'when') return Object.keys(operatorsShape);
    if (part === 'variants') return Object.keys(variantShape);
    return Object.keys(part === 'on' ? onShape : stepShape);
  }
  return Object.keys(catalogShape);
}
