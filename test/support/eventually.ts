import { eventually } from '../../sandbox/demo/eventually.js';

export { eventually } from '../../sandbox/demo/eventually.js';

/**
 * Reads something until it is as wanted.
 *
 * @param what completes the sentence "Not within 30 s: ..."
 * @param patience in milliseconds; 30 s when left out
 * @throws Error that quotes what was read last
 */
export async function eventuallyIs<T>(
  what: string,
  read: () => Promise<T>,
  isWanted: (value: T) => boolean,
  patience?: number,
): Promise<T> {
  let last: T | undefined;
  const look = async () => {
    last = await read();
    return isWanted(last) ? { value: last } : undefined;
  };
  const { value } = await eventually(what, look, patience).catch((cause: Error) => {
    throw new Error(`${cause.message} It is ${JSON.stringify(last)}.`, { cause });
  });
  return value;
}
