import { z } from 'zod';
import { parse } from './errors.js';

/**
 * What goes wrong with a call:
 * - `status_before`, `drop_before`: an error answer, or a dropped connection, and nothing has happened.
 * - `status_after`, `drop_after`, `html_200`, `truncate`: the effect happened, but the caller gets an error, no answer,
 *   somebody's web page, or half an answer.
 * - `late_commit`: the connection is dropped at once and the effect happens `delayMs` later.
 * - `delay`: the effect and its webhooks happen, the answer comes `delayMs` later.
 * - `webhook_first`: the answer waits until the webhooks it caused have been delivered.
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
  /** Dodo's error code in the answer; the usual one of the status when left out. */
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
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  422: 'INVALID_REQUEST_PARAMETERS',
  429: 'TOO_MANY_REQUESTS',
};

export function faultBody({ status = 500, code }: Fault): { code: string; message: string } {
  const name = code ?? USUAL_CODES[status] ?? 'INTERNAL_SERVER_ERROR';
  return { code: name, message: `${name.toLowerCase().replaceAll('_', ' ')}` };
}

export interface FaultQueue {
  add(input: FaultInput): Fault;
  /** The first fault that matches a call, used up by it. */
  take(call: { method: string; path: string; body: unknown }): Fault | undefined;
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
      const fault = faults.find((one) => matches(one, call));
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

function matches({ match }: Fault, call: { method: string; path: string; body: unknown }): boolean {
  return (
    (match.method === undefined || match.method.toUpperCase() === call.method) &&
    (match.path === undefined || new RegExp(match.path).test(call.path)) &&
    (match.body === undefined || new RegExp(match.body).test(JSON.stringify(call.body ?? null)))
  );
}
