/** The catalog in force: follows its file, and puts a changed one in force without a restart. */
import { CatalogError, catalogWarnings, parseCatalog, readCatalog } from './file/load.js';
import { SECOND } from '../domain/duration.js';
import type { Catalog } from '../domain/offers.js';
import { formatProblem } from './file/problems.js';

const LOOK_EVERY = SECOND;

export interface CatalogState {
  catalog: Catalog;
  /** Since when it is in force. RFC 3339. */
  loadedAt: string;
  path?: string;
  /** The file as it stands now, when it was refused: every problem, one a line. */
  refused?: { at: string; problems: string[] };
}

export interface LiveCatalog {
  /** The one in force now. What is decided together has to ask once. */
  catalog: () => Catalog;
  state: () => CatalogState;
  /**
   * Watches the file from now on.
   *
   * @param record keeps each catalog that comes into force, the first one included; tried again until it succeeds
   */
  follow: (record: (catalog: Catalog, at: string) => Promise<void>) => void;
  /** Resolves when nothing more is recorded. */
  stop: () => Promise<void>;
}

export interface LiveCatalogOptions {
  log: Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>;
  /** Milliseconds between two looks at the file. */
  lookEvery?: number;
}

/**
 * Loads the catalog, ready to be followed. The file is read again and again instead of watched: that sees files
 * replaced in one step, edited in place, and mounted through links that are swapped.
 *
 * @throws CatalogError when the first one cannot be used
 */
export async function openLiveCatalog(
  path: string,
  { log, lookEvery = LOOK_EVERY }: LiveCatalogOptions,
): Promise<LiveCatalog> {
  /** What the file held when it was last acted upon, and what it held at the last look. */
  let known = await look(path);
  let seen = known;
  let state: CatalogState = { catalog: parse(known, path), loadedAt: now(), path };
  let record: ((catalog: Catalog, at: string) => Promise<void>) | undefined;
  let recorded: string | undefined;
  let looking: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  log.info({ catalog: state.catalog.hash, path, ...warningsOf(state.catalog) }, 'catalog loaded');

  function act(found: Look): void {
    const before = state.catalog.hash;
    try {
      const catalog = parse(found, path);
      if (catalog.hash === before) {
        if (state.refused) log.info({ catalog: before, path }, 'the catalog in force is back in its file');
        state = { catalog: state.catalog, loadedAt: state.loadedAt, path };
        return;
      }
      state = { catalog, loadedAt: now(), path };
      log.info(
        { catalog: catalog.hash, before, path, ...warningsOf(catalog) },
        'a changed catalog is in force',
      );
    } catch (error) {
      if (!(error instanceof CatalogError)) throw error;
      const problems = error.problems.map(formatProblem);
      state = { ...state, refused: { at: now(), problems } };
      log.error(
        { catalog: before, path, problems },
        'a changed catalog is refused; the old one stays in force',
      );
    }
  }

  async function keep(): Promise<void> {
    const { catalog, loadedAt } = state;
    if (!record || recorded === catalog.hash) return;
    try {
      await record(catalog, loadedAt);
      recorded = catalog.hash;
    } catch (error) {
      log.warn({ err: error, catalog: catalog.hash }, 'the catalog in force could not be recorded yet');
    }
  }

  async function round(): Promise<void> {
    const found = await look(path);
    // Acted upon when it has stood still for a moment: a file that is being written is half of one.
    if (isSame(found, seen) && !isSame(found, known)) {
      known = found;
      act(found);
    }
    seen = found;
    await keep();
  }

  function plan(): void {
    timer = setTimeout(() => {
      looking = round().finally(() => {
        if (timer) plan();
      });
    }, lookEvery);
    timer.unref();
  }

  return {
    catalog: () => state.catalog,
    state: () => state,
    follow(recording) {
      record = recording;
      looking = keep();
      plan();
    },
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      await looking;
    },
  };
}

/** What the file holds, or why it cannot be read. */
type Look = { text: string } | { error: CatalogError };

async function look(path: string): Promise<Look> {
  try {
    return { text: await readCatalog(path) };
  } catch (error) {
    if (error instanceof CatalogError) return { error };
    throw error;
  }
}

function parse(found: Look, path: string): Catalog {
  if ('error' in found) throw found.error;
  return parseCatalog(found.text, path);
}

function isSame(one: Look, other: Look): boolean {
  if ('text' in one) return 'text' in other && one.text === other.text;
  return 'error' in other && one.error.message === other.error.message;
}

function warningsOf(catalog: Catalog): { warnings?: string[] } {
  const warnings = catalogWarnings(catalog);
  return warnings.length > 0 ? { warnings } : {};
}

function now(): string {
  return new Date().toISOString();
}
