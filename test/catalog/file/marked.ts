import { expect } from 'vitest';
import { CatalogError, parseCatalog } from '../../../src/catalog/file/load.js';
import type { CatalogProblem } from '../../../src/catalog/file/load.js';

/** Marks the place of an expected problem in a text. */
export const MARK = '▸';

/** Returns the text without its marks, and the lines and columns of the marks, counted from 1. */
export function unmark(marked: string): { text: string; places: { line: number; column: number }[] } {
  const places: { line: number; column: number }[] = [];
  const lines = marked.split('\n').map((line, index) => {
    const [first = '', ...rest] = line.split(MARK);
    return rest.reduce((text, part) => {
      places.push({ line: index + 1, column: text.length + 1 });
      return text + part;
    }, first);
  });
  return { text: lines.join('\n'), places };
}

/** Returns the problems of a catalog; none if it loads. */
export function problemsIn(text: string): CatalogProblem[] {
  try {
    parseCatalog(text, 'offers.yaml');
    return [];
  } catch (error) {
    if (error instanceof CatalogError) return error.problems;
    throw error;
  }
}

const OFFER = {
  type: 'upsell',
  action: '{ kind: charge, product_id: prod_a }',
  copy: '{ headline: Hello, accept: "Yes", decline: "No" }',
};

const FUNNEL = { trigger: 'purchase', steps: '[{ id: one, offer: a }]' };

/** Returns a catalog whose only offer, `a`, is changed in the given fields. */
export function withOffer(change: Record<string, string>): string {
  return catalog({ ...OFFER, ...change }, FUNNEL);
}

/** Returns a catalog whose only funnel, `f`, is changed in the given fields. */
export function withFunnel(change: Record<string, string>): string {
  return catalog(OFFER, { ...FUNNEL, ...change });
}

function catalog(offer: Record<string, string>, funnel: Record<string, string>): string {
  return ['version: 1', 'offers:', '  a:', ...fields(offer), 'funnels:', '  f:', ...fields(funnel)].join(
    '\n',
  );
}

function fields(entries: Record<string, string>): string[] {
  return Object.entries(entries).map(([key, value]) => `    ${key}: ${value}`);
}

/** [the mistake, the file with ▸ at each expected place, path and message of each problem in order] */
export type Mistake = [name: string, marked: string, ...problems: [path: string, message: string | RegExp][]];

/** Expects exactly one problem at each mark, in the order of the marks. */
export function expectProblems([, marked, ...expected]: Mistake): void {
  const { text, places } = unmark(marked);
  const problems = problemsIn(text);
  expect(problems.map(({ line, column }) => ({ line, column }))).toEqual(places);
  expect(problems.map(({ path }) => path)).toEqual(expected.map(([path]) => path));
  for (const [index, [, message]] of expected.entries()) {
    if (typeof message === 'string') expect(problems[index]?.message).toBe(message);
    else expect(problems[index]?.message).toMatch(message);
  }
}
