import { z } from 'zod';
import { parse } from './errors.js';

/**
 * What goes wrong with a call, as often as `times` says:
 * - `status_before`, `drop_before`: an error, or a dropped connection, and nothing has happened.
 * - `status_after`, `drop_after`, `html_200`, `truncate`: the effect happened, but the caller gets an error, no
 *   answer, a web page, or half an answer.
 * - `late_commit`: the connection is dropped at once and the effect happens `delayMs` later.
 * - `delay`: the effect and its webhooks happen, the answer comes `delayMs` later.
 * - `webhook_first`: the answer waits until the webhooks it caused have been delivered.
 *
 * Everything else that can be made to go wrong:
 * - charges at another amount or currency, declines, 3-D Secure with or without a link, late outcomes: `nextCharges`
 *   (`control/schemas.ts`), alone or together with a fault such as `drop_after`.
 * - reads that lag, objects that are 404, list rows of another shape: `read-faults.ts`.
 * - a rejected or read-only key, pending and failing refunds, declined plan-change links, missing newer fields:
 *   `policy.ts`.
 * - a second payment for the same thing: `payAgain`; metadata written by a stranger: `purchase` and `/buy/:id`.
 * - webhooks that are lost, duplicated, delayed, reordered or held back: `webhooks/settings.ts`.
 */
export const FAULT_KINDS = [
  'status_before',
  'status_after',
  'drop_before',
  'drop_after',
  'delay',
  'html_200',
  'truncate',
  'late_commit',
  'webhook_first',
] as const;

interface Pattern {
  method?: string | undefined;
  path?: string | undefined;
  body?: string | undefined;
}

/** Names for the calls that change something at Dodo: `{"on": "refund"}` instead of a `match`. */
const CALLS = {
  charge: { method: 'POST', path: '^/checkouts$', body: '"confirm":true' },
  payment: { method: 'POST', path: '^/payments$' },
  plan_change: { method: 'POST', path: '^/subscriptions/[^/]+/change-plan$' },
  cancel_subscription: { method: 'PATCH', path: '^/subscriptions/', body: '"status":"cancelled"' },
  refund: { method: 'POST', path: '^/refunds$' },
} as const satisfies Record<string, Pattern>;
const CALL_NAMES = Object.keys(CALLS) as (keyof typeof CALLS)[];

const patternSchema = z.string().refine(isPattern, 'expected a regular expression');

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

export const faultSchema = z.strictObject({
  /** A named call; `match` narrows it further. */
  on: z.enum(CALL_NAMES).optional(),
  match: z
    .strictObject({
      method: z.string().optional(),
      /** A regular expression on the path. */
      path: patternSchema.optional(),
      /** A regular expression on the body as JSON. */
      body: patternSchema.optional(),
    })
    .default({}),
  kind: z.enum(FAULT_KINDS),
  /** For the `status_` kinds; 500 when left out. */
  status: z.int().min(400).max(599).optional(),
  /** Dodo's error code in the answer; the status's usual code when left out. */
  code: z.string().optional(),
  delayMs: z.int().min(0).optional(),
  /** Seconds, for the Retry-After header. */
  retryAfter: z.int().min(0).optional(),
  /** How many calls it happens to; 1 when left out. */
  times: z.int().min(1).default(1),
});
export type FaultInput = z.input<typeof faultSchema>;
export type Fault = z.output<typeof faultSchema>;

const USUAL_CODES: Record<number, string> = {
  400: 'INVALID_REQUEST_BODY',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  422: 'INVALID_REQUEST_PARAMETERS',
  429: 'TOO_MANY_REQUESTS',
};

export function faultBody({ status = 500, code }: Fault): { code: string; message: string } {
  const name = code ?? USUAL_CODES[status] ?? 'INTERNAL_SERVER_ERROR';
  return { code: name, message: `${name.toLowerCase().replaceAll('_', ' ')}` };
}

interface Call {
  method: string;
  path: string;
  body: unknown;
}

export interface FaultQueue {
  add(input: FaultInput): Fault;
  /** Returns the first fault that matches a call, and uses it up once. */
  take(call: Call): Fault | undefined;
  list(): Fault[];
  clear(): void;
}

export function createFaultQueue(): FaultQueue {
  let faults: Fault[] = [];
  return {
    add(input) {
      const fault = parse(faultSchema, input);
      faults.push(fault);
      return fault;
    },
    take(call) {
      const fault = faults.find(
        ({ on, match }) => (on === undefined || matches(CALLS[on], call)) && matches(match, call),
      );
      if (!fault) return undefined;
      fault.times--;
      if (fault.times === 0) faults = faults.filter((one) => one !== fault);
      return fault;
    },
    list: () => faults.map((fault) => ({ ...fault })),
    clear() {
      faults = [];
    },
  };
}

function matches(pattern: Pattern, call: Call): boolean {
  return (
    (pattern.method === undefined || pattern.method.toUpperCase() === call.method) &&
    (pattern.path === undefined || new RegExp(pattern.path).test(call.path)) &&
    (pattern.body === undefined || new RegExp(pattern.body).test(JSON.stringify(call.body ?? null)))
  );
}
