/** Reads the YAML text of a catalog and locates each part of its data in the text. */
import { LineCounter, isAlias, isMap, isNode, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, YAMLError } from 'yaml';
import type { FactValue } from '../../domain/offers.js';
import { formatPath } from './problems.js';
import type { CatalogProblem, Finding, Path } from './problems.js';

/** Enough to share copy between offers; far too few to expand a small file into gigabytes. */
const MAX_ALIASES = 200;

export interface Source {
  /** The data; undefined if the text cannot be read as YAML. */
  data: unknown;
  /** Mistakes in the YAML itself. */
  problems: CatalogProblem[];
  /** False if the mistakes leave nothing to check. */
  readable: boolean;
  /** Locates a finding about the data in the text. */
  locate: (finding: Finding) => CatalogProblem;
}

/** Parses YAML 1.2. Never throws; mistakes in the text are in `problems`. */
export function readSource(text: string, file: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // Checked below, where the message can name the path and the earlier line.
    uniqueKeys: false,
    logLevel: 'error',
  });
  const problemAt = (offset: number, path: Path, message: string): CatalogProblem => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col), path: formatPath(path), message };
  };
  const locate = ({ path, at, message }: Finding): CatalogProblem =>
    problemAt(offsetOf(document, path, at), path, message);
  const unreadable = (problems: CatalogProblem[]): Source => ({
    data: undefined,
    problems,
    readable: false,
    locate,
  });

  const syntax = syntaxErrors([...document.errors, ...document.warnings]);
  if (syntax.length > 0) {
    return unreadable(
      syntax.map((error) => problemAt(error.pos[0], [], `not valid YAML: ${inWords(error)}`)),
    );
  }
  const problems: CatalogProblem[] = [];
  const holes: unknown[] = [];
  const check: Check = {
    document,
    lineOf: (node) => lines.linePos(startOf(node)).line,
    report: (node, path, message) => {
      problems.push(problemAt(startOf(node), path, message));
    },
    reportBroken: (node, path, message) => {
      check.report(node, path, message);
      holes.push(node);
    },
  };
  checkNode(document.contents, [], check);
  if (holes.length > 0) return unreadable(problems);
  try {
    return { data: document.toJS({ maxAliasCount: MAX_ALIASES }), problems, readable: true, locate };
  } catch {
    const limit = `aliases are used more than ${String(MAX_ALIASES)} times (nested aliases count each time they are expanded)`;
    return unreadable([...problems, problemAt(0, [], limit)]);
  }
}

interface Check {
  document: Document;
  lineOf: (node: unknown) => number;
  report: (node: unknown, path: Path, message: string) => void;
  /** Reports a mistake that leaves a hole in the data, in which further checks would find only its consequences. */
  reportBroken: (node: unknown, path: Path, message: string) => void;
}

/**
 * Reports repeated keys, keys that are not text, and aliases without an anchor. Does not follow aliases, so that each
 * part is checked once.
 */
function checkNode(node: unknown, path: Path, check: Check): void {
  if (isAlias(node) && !node.resolve(check.document)) {
    check.reportBroken(node, path, `there is no anchor &${node.source} above this alias`);
  }
  if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) checkNode(item, [...path, index], check);
  }
  if (!isMap(node)) return;
  const seen = new Map<string, unknown>();
  for (const { key, value } of node.items) {
    if (!isScalar(key)) {
      check.reportBroken(key, path, 'a key must be text, not a list, map or alias');
      continue;
    }
    const name = nameOf(key);
    const inner = [...path, name];
    const earlier = seen.get(name);
    if (earlier === undefined) seen.set(name, key);
    else {
      check.report(
        key,
        inner,
        `is defined twice; the first definition is on line ${String(check.lineOf(earlier))}`,
      );
    }
    checkNode(value, inner, check);
  }
}

/**
 * Returns the offset of a path's value, or of its key if `at` says so or there is no value to point at. A missing part
 * is located at the key of the map it is missing from.
 */
function offsetOf(document: Document, path: Path, at: Finding['at']): number {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const [depth, part] of path.entries()) {
    const step = child(isAlias(node) ? node.resolve(document) : node, part);
    if (!step) return offset;
    const isLast = depth === path.length - 1;
    const pointsAtValue = step.key === undefined || (isLast && at === 'value' && !isEmpty(step.value));
    offset = startOf(pointsAtValue ? step.value : step.key);
    node = step.value;
  }
  return offset;
}

function child(node: unknown, part: string | number): { key?: unknown; value: unknown } | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(part)];
    return item === undefined ? undefined : { value: item };
  }
  if (!isMap(node)) return undefined;
  // For a repeated key, the last one counts, as it does in the data.
  return node.items.findLast(({ key }) => nameOf(key) === String(part));
}

function nameOf(key: unknown): string {
  return isScalar<FactValue | null>(key) ? String(key.value ?? '') : String(key);
}

function isEmpty(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

/** Keeps one error per place, or only the nesting error if the parser gave up because of that. */
function syntaxErrors(errors: YAMLError[]): YAMLError[] {
  const tooDeep = errors.find((error) => error.code === 'RESOURCE_EXHAUSTION');
  if (tooDeep) return [tooDeep];
  const places = new Map(errors.toReversed().map((error) => [error.pos[0], error]));
  return [...places.values()];
}

function inWords({ code, message }: YAMLError): string {
  switch (code) {
    case 'RESOURCE_EXHAUSTION':
      return 'lists or maps are nested too deeply';
    case 'MULTIPLE_DOCS':
      return 'the file contains several documents; expected one, without a line "---" in between';
    case 'TAB_AS_INDENT':
      return 'this line is indented with a tab; use spaces';
    default:
      return message;
  }
}
