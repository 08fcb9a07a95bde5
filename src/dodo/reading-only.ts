/** Work that may read and preview at Dodo, so often and no more, and change nothing there. */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Thrown in place of a request that would be one too many: it was not sent. */
export class ReadingsUsedUpError extends Error {
  override name = 'ReadingsUsedUpError';
}

const allowances = new AsyncLocalStorage<{ left: number }>();

/**
 * Does some work that sends at most so many requests, none of which changes anything. Any other request throws before it
 * is sent.
 *
 * @returns the result of the work, or what it threw, and the number of requests that it sent
 */
export async function readingOnly<T>(
  most: number,
  work: () => Promise<T>,
): Promise<{ result: PromiseSettledResult<T>; requests: number }> {
  const allowance = { left: most };
  const [result] = await Promise.allSettled([allowances.run(allowance, work)]);
  return { result, requests: most - allowance.left };
}

/** Tells requests that change nothing: reads, and previews, although those are sent like orders. */
export function isReading(method: string, url: string): boolean {
  return method.toLowerCase() === 'get' || new URL(url).pathname.endsWith('/preview');
}

/**
 * Counts a request that is about to be sent, where only readings are allowed.
 *
 * @throws ReadingsUsedUpError when it is one too many; Error when it would change something
 */
export function countReading(method: string, url: string): void {
  const allowance = allowances.getStore();
  if (!allowance) return;
  if (!isReading(method, url))
    throw new Error(`${method.toUpperCase()} ${url} was not sent: this work may only read.`);
  if (allowance.left <= 0) throw new ReadingsUsedUpError('No more requests to Dodo are left for this work.');
  allowance.left -= 1;
}
