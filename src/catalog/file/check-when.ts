/** Checks conditions: the names of facts, their values, the nesting of groups, and whether all of it can hold. */
import { OPERATORS } from '../../domain/rules/clause.js';
import { contradictions } from './contradictions.js';
import { asList, asRecord, isRecord } from './data.js';
import { factKind, type FactKind } from './facts.js';
import type { Finding, Path } from './problems.js';
import { showValue } from './problems.js';
import { FACT_NAMES } from '../../domain/words.js';
import { isCustomFact } from './schema-when.js';
import { closest, didYouMean } from './suggest.js';
import { GROUPS, MAX_DEPTH, isGroup } from '../../domain/rules/when.js';

/** Checks the conditions at `path`. The schema reports values of the wrong YAML type. */
export function checkWhen(when: unknown, path: Path): Finding[] {
  return [...checkParts(when, path, 0), ...contradictions(when, path)];
}

/** @param depth the number of groups around these conditions */
function checkParts(when: unknown, path: Path, depth: number): Finding[] {
  return Object.entries(asRecord(when)).flatMap(([key, part]) => {
    const at = [...path, key];
    if (isGroup(key)) return checkGroup(part, at, depth + 1);
    if (factKind(key) || isCustomFact(key)) return checkClause(key, factKind(key), part, at);
    return [{ path: at, at: 'key' as const, message: unknownFact(key) }];
  });
}

function checkGroup(entries: unknown, path: Path, depth: number): Finding[] {
  if (depth > MAX_DEPTH) {
    const message = `groups can be nested at most ${String(MAX_DEPTH)} deep; use several funnels instead`;
    return [{ path, at: 'key', message }];
  }
  return asList(entries).flatMap((entry, index) => {
    const at = [...path, index];
    if (isRecord(entry) && Object.keys(entry).length === 0) {
      return [
        { path: at, at: 'value' as const, message: 'must have a condition; otherwise it always holds' },
      ];
    }
    return checkParts(entry, at, depth);
  });
}

function unknownFact(fact: string): string {
  const name = JSON.stringify(fact);
  const suggestion = didYouMean(fact, [...FACT_NAMES, ...GROUPS]);
  if (suggestion !== '') return `there is no fact ${name}${suggestion}`;
  return `there is no fact ${name}; expected ${FACT_NAMES.join(', ')} or facts.<name>`;
}

function checkClause(name: string, fact: FactKind | undefined, clause: unknown, path: Path): Finding[] {
  if (typeof clause !== 'object' || Array.isArray(clause)) return checkValues(fact, clause, path);
  if (clause === null) return [];
  const operators = asRecord(clause);
  if (Object.keys(operators).length === 0) {
    return [{ path, at: 'value', message: 'must have an operator: in, not, gt, gte, lt or lte' }];
  }
  const findings = [
    ...checkValues(fact, operators.in, [...path, 'in']),
    ...checkValues(fact, operators.not, [...path, 'not']),
  ];
  if (fact?.kind !== 'text') return findings;
  for (const operator of OPERATORS) {
    if (operators[operator] === undefined) continue;
    const message = `compares numbers, but ${name} is text; use a list of values, or "not"`;
    findings.push({ path: [...path, operator], at: 'key', message });
  }
  return findings;
}

/** Checks one value or a list of them. */
function checkValues(fact: FactKind | undefined, values: unknown, path: Path): Finding[] {
  if (fact === undefined || values === undefined) return [];
  if (Array.isArray(values)) {
    return asList(values).flatMap((value, index) => checkValue(fact, value, [...path, index]));
  }
  return checkValue(fact, values, path);
}

function checkValue(fact: FactKind, value: unknown, path: Path): Finding[] {
  if (typeof value === 'object') return [];
  const fits =
    fact.kind === 'text'
      ? typeof value === 'string' && fact.isKnown(value)
      : typeof value === 'number' && value >= fact.least && (!fact.whole || Number.isInteger(value));
  if (fits) return [];
  const hint = typeof value === 'string' && fact.kind === 'text' ? codeHint(value, fact.known) : '';
  return [{ path, at: 'value', message: `must be ${fact.expected}, not ${showValue(value)}${hint}` }];
}

function codeHint(value: string, known: ReadonlySet<string> | undefined): string {
  // A typo in a code of two or three letters is equally close to a dozen others: only its case is worth a guess.
  const upper = value.toUpperCase();
  if (known?.has(upper)) return `; did you mean "${upper}"?`;
  const candidate = value.length > 3 ? closest(value, known ?? []) : undefined;
  return candidate === undefined ? '' : `; did you mean "${candidate}"?`;
}
