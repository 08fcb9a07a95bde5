/** What the catalog takes as a name, the API takes as well, and the other way round. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCatalog } from '../../src/catalog/file/load.js';
import { Problem } from '../../src/http/problem.js';
import { triggerBody } from '../../src/http/schemas.js';
import { parseBody } from '../../src/http/validate.js';

const catalogWith = (when: Record<string, unknown>) =>
  JSON.stringify({
    version: 1,
    offers: {
      pro: {
        type: 'upsell',
        action: { kind: 'charge', product_id: 'prod_pro' },
        window: '30m',
        copy: { headline: 'Go', accept: 'Yes', decline: 'No' },
      },
    },
    funnels: { grown: { trigger: 'usage_milestone', when, steps: [{ id: 'one', offer: 'pro' }] } },
  });

function catalogTakes(when: Record<string, unknown>): boolean {
  try {
    parseCatalog(catalogWith(when), 'offers.yaml');
    return true;
  } catch {
    return false;
  }
}

const trigger = (more: object) => ({ eventId: 'e1', type: 'usage_milestone', customerId: 'cus_1', ...more });

function apiTakes(body: unknown): boolean {
  return triggerBody.safeParse(body).success;
}

const names = fc.oneof(
  fc.string({ maxLength: 70 }),
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,66}$/),
  fc.constantFrom('usage-percent', 'team.size', 'usage_percent', '.hidden', '-x', '__proto__', ''),
);

describe('names are the same on both sides', () => {
  it('for facts of the merchant', () => {
    fc.assert(
      fc.property(names, (name) => {
        // JSON cannot carry a lone surrogate as it is, and no name with one is taken.
        expect(catalogTakes({ [`facts.${name}`]: { gte: 1 } })).toBe(
          apiTakes(trigger({ facts: Object.fromEntries([[name, 1]]) })),
        );
      }),
      { numRuns: 300 },
    );
  });

  it.each(['usage-percent', 'team.size'])('a funnel on facts.%s can fire', (name) => {
    expect(catalogTakes({ [`facts.${name}`]: { gte: 80 } })).toBe(true);
    expect(apiTakes(trigger({ facts: { [name]: 80 } }))).toBe(true);
  });

  it.each([1, 100, 101, 128, 129])('for product ids of %i characters', (length) => {
    const id = 'p'.repeat(length);
    expect(apiTakes(trigger({ productId: id }))).toBe(catalogTakes({ product_id: id }));
    expect(catalogTakes({ product_id: id })).toBe(length <= 128);
  });
});

it('a fact with a bad name is told by its name', () => {
  try {
    parseBody(triggerBody, trigger({ facts: { 'usage percent': 1 } }));
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    const { errors } = (error as Problem).members as { errors: { pointer: string; detail: string }[] };
    expect(errors).toHaveLength(1);
    expect(JSON.stringify(errors[0])).toContain('#/facts/usage%20percent');
    expect(JSON.stringify(errors[0])).toContain('must have a name of');
  }
});
