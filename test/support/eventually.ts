import { eventually } from '../../sandbox/demo/eventually.js';

export { eventually } from '../../sandbox/demo/eventually.js';

/**
 * Reads a value until it is the wanted one, and returns it.
 *
 * @param what completes the sentence "Not within 30 s: ..."
 * @param patience in milliseconds, 30 s by default
 * @throws Error that quotes the value read last
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
