/** Calls Dodo on the doctor's behalf: reads, and previews. Never fast enough to hit the rate limit of the lowest tier. */
import DodoPayments from 'dodopayments';
import { createDodo, type Dodo } from '../../src/dodo/client.js';
import type { DodoSubject } from './subject.js';

const TIMEOUT_MS = 3_500;
/** The lowest tier allows 40 requests a second. */
const PAUSE_MS = 30;

/** Returns a client whose requests end soon. */
export function doctorsDodo({ apiKey, target }: DodoSubject): Dodo {
  return createDodo(apiKey, target).withOptions({ timeout: TIMEOUT_MS, logLevel: 'off' });
}

/** Calls one after the other, each as soon as the pace allows, and waits for all answers. */
export async function paced<In, Out>(
  inputs: readonly In[],
  call: (input: In) => Promise<Out>,
): Promise<Out[]> {
  return Promise.all(
    inputs.map(async (input, index) => {
      await new Promise((resolve) => setTimeout(resolve, index * PAUSE_MS));
      return call(input);
    }),
  );
}

/** The answer to a read, or why there is none. */
export type Answer<T> = { kind: 'found'; value: T } | { kind: 'missing' } | { kind: 'failed'; why: string };

/** Reads something that may not exist. Never throws. */
export async function ask<T>(call: () => PromiseLike<T>): Promise<Answer<T>> {
  try {
    return { kind: 'found', value: await call() };
  } catch (error) {
    return statusOf(error) === 404 ? { kind: 'missing' } : { kind: 'failed', why: explain(error) };
  }
}

export function statusOf(error: unknown): number | undefined {
  return error instanceof DodoPayments.APIError ? (error.status as number | undefined) : undefined;
}

/** Says in words why a call failed. */
export function explain(error: unknown): string {
  if (error instanceof DodoPayments.APIConnectionTimeoutError) return 'Dodo did not answer in time';
  if (error instanceof DodoPayments.APIConnectionError) {
    const { cause } = error as { cause?: { code?: string; cause?: { code?: string } } };
    const code = cause?.cause?.code ?? cause?.code;
    return `Dodo cannot be reached${code === undefined ? '' : ` (${code})`}`;
  }
  const status = statusOf(error);
  if (status === 401) return 'Dodo does not accept the API key (401)';
  if (status === 403) return 'Dodo does not allow this to the API key (403)';
  return `Dodo answered ${error instanceof Error ? error.message : String(error)}`.replace(/[.\s]+$/, '');
}
