/** The mistakes in a catalog file, with their places. */

export type Path = readonly (string | number)[];

/** A mistake as the checks report it: `at: 'key'` if the key itself is wrong, not its value. */
export interface Finding {
  path: Path;
  message: string;
  at: 'key' | 'value';
}

export interface CatalogProblem {
  file: string;
  /** Both count from 1. */
  line: number;
  column: number;
  /** `funnels.basic-to-pro.steps[0].offer`; empty for the file as a whole. */
  path: string;
  message: string;
}

/** Lists every mistake in a catalog file, in the order of the file. The message has a line for each. */
export class CatalogError extends Error {
  override readonly name = 'CatalogError';
  readonly problems: CatalogProblem[];

  constructor(problems: CatalogProblem[]) {
    const ordered = [...problems].sort((one, other) => one.line - other.line || one.column - other.column);
    super(ordered.map(formatProblem).join('\n'));
    this.problems = ordered;
  }
}

/** Formats a problem: `offers.yaml:12:5  funnels.basic-to-pro.steps[0].offer: there is no offer "pro-plna"; did you mean "pro-plan"?` */
export function formatProblem({ file, line, column, path, message }: CatalogProblem): string {
  return `${file}:${String(line)}:${String(column)}  ${path === '' ? '' : `${path}: `}${message}`;
}

/** Formats `['steps', 0, 'offer']` as `steps[0].offer`. Ambiguous names are quoted. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${String(part)}]`;
    const name = /^[\w-]+(\.[\w-]+)*$/.test(part) ? part : JSON.stringify(part);
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** Formats a value for a message. */
export function showValue(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return 'a map';
  }
}
