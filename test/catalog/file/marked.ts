import { expect } from 'vitest';
import { CatalogError, parseCatalog } from '../../../src/catalog/file/load.js';
import type { CatalogProblem } from '../../../src/catalog/file/load.js';

/** Stands in a text where a problem is expected. */
export const MARK = '▸';

/** The text without its marks, and the lines and columns (from 1) they stood at. */
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

/** What is wrong with a catalog; empty when it loads. */
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

/** A catalog whose one offer, `a`, has the given fields over its own. */
export function withOffer(change: Record<string, string>): string {
  return catalog({ ...OFFER, ...change }, FUNNEL);
}

/** A catalog whose one funnel, `f`, has the given fields over its own. */
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

/** [what is wrong, the file with ▸ at each expected place, path and message of each problem in order] */
export type Mistake = [name: string, marked: string, ...problems: [path: string, message: string | RegExp][]];

/** Every problem is where the marks are, in their order, and there is no other. */
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
