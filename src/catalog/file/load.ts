/** Loads `offers.yaml`. */
import { createReadStream } from 'node:fs';
import { checkExperiments } from './check-experiments.js';
import { checkFunnels } from './check-funnels.js';
import { checkOffers } from './check-offers.js';
import { checkShape } from './check-shape.js';
import { compileCatalog } from './compile.js';
import type { Catalog } from '../../domain/offers.js';
import { CatalogError } from './problems.js';
import { readSource } from './source.js';

export { CatalogError } from './problems.js';
export type { CatalogProblem } from './problems.js';
export { catalogWarnings } from './warnings.js';

const MEBIBYTE = 1024 * 1024;
const MAX_BYTES = MEBIBYTE;

/**
 * Reads and checks a catalog file.
 *
 * @throws CatalogError with every mistake in the file, or the one reason why it cannot be read
 */
export async function loadCatalog(path: string): Promise<Catalog> {
  return parseCatalog(await readCatalog(path), path);
}

/**
 * Reads the text of a catalog file.
 *
 * @throws CatalogError with the reason why it cannot be read
 */
export async function readCatalog(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readUpTo(path, MAX_BYTES + 1);
  } catch (error) {
    throw fileError(path, `cannot be read: ${readFailure(error)}`);
  }
  if (bytes.length > MAX_BYTES) throw tooLarge(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw fileError(path, 'is not UTF-8 text');
  }
}

/**
 * Checks the text of a catalog and turns it into a `Catalog`: durations in milliseconds, every default filled in.
 *
 * @param fileName the name of the file in messages
 * @throws CatalogError with every mistake in the text
 */
export function parseCatalog(text: string, fileName: string): Catalog {
  if (Buffer.byteLength(text) > MAX_BYTES) throw tooLarge(fileName);
  const { data, problems, readable, locate } = readSource(text, fileName);
  if (!readable) throw new CatalogError(problems);
  if (data === null || data === undefined) {
    throw fileError(fileName, 'the file is empty; expected version, offers and funnels');
  }
  const { file, findings } = checkShape(data);
  const all = [
    ...problems,
    ...[...findings, ...checkOffers(data), ...checkFunnels(data), ...checkExperiments(data)].map(locate),
  ];
  if (!file || all.length > 0) throw new CatalogError(all);
  return compileCatalog(file);
}

/** Reads at most `bytes`, whether the path is a large file, a device or a pipe. */
async function readUpTo(path: string, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { end: bytes - 1 })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function readFailure(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'the file does not exist';
    case 'EISDIR':
      return 'it is a folder';
    case 'EACCES':
      return 'permission denied';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function tooLarge(file: string): CatalogError {
  return fileError(file, `is larger than ${String(MAX_BYTES / MEBIBYTE)} MiB, the limit for a catalog`);
}

function fileError(file: string, message: string): CatalogError {
  return new CatalogError([{ file, line: 1, column: 1, path: '', message }]);
}
