/** The catalog in force: follows its file and applies changes without a restart. */
import { CatalogError, catalogWarnings, parseCatalog, readCatalog } from './file/load.js';
import { SECOND } from '../domain/duration.js';
import type { Catalog } from '../domain/offers.js';
import { formatProblem } from './file/problems.js';

const READ_INTERVAL = SECOND;

export interface CatalogState {
  catalog: Catalog;
  /** The time it came into force. RFC 3339. */
  loadedAt: string;
  path?: string;
  /** Set while the file's current content is rejected: one line per problem. */
  refused?: { at: string; problems: string[] };
}

export interface LiveCatalog {
  /** Returns the catalog in force. Decisions that belong together must read it once. */
  catalog: () => Catalog;
  state: () => CatalogState;
  /**
   * Starts watching the file.
   *
   * @param record stores each catalog that comes into force, including the first; retried until it succeeds
   */
  follow: (record: (catalog: Catalog, at: string) => Promise<void>) => void;
  /** Stops watching. Resolves when nothing more will be recorded. */
  stop: () => Promise<void>;
}

export interface LiveCatalogOptions {
  log: Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>;
  /** Milliseconds between reads of the file. */
  readInterval?: number;
}

/**
 * Loads the catalog, ready to be followed. The file is polled instead of watched, which also notices files that are
 * replaced atomically, edited in place, or mounted through a symbolic link that is swapped.
 *
 * @throws CatalogError if the catalog cannot be used
 */
export async function openLiveCatalog(
  path: string,
  { log, readInterval = READ_INTERVAL }: LiveCatalogOptions,
): Promise<LiveCatalog> {
  /** The content that was last applied or rejected, and the content at the last read. */
  let handled = await read(path);
  let latest = handled;
  let state: CatalogState = { catalog: parse(handled, path), loadedAt: now(), path };
  let record: ((catalog: Catalog, at: string) => Promise<void>) | undefined;
  let recorded: string | undefined;
  let working: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  log.info({ catalog: state.catalog.hash, path, ...warningsOf(state.catalog) }, 'catalog loaded');

  function apply(content: Content): void {
    const before = state.catalog.hash;
    try {
      const catalog = parse(content, path);
      if (catalog.hash === before) {
        if (state.refused)
          log.info({ catalog: before, path }, 'catalog file matches the catalog in force again');
        state = { catalog: state.catalog, loadedAt: state.loadedAt, path };
        return;
      }
      state = { catalog, loadedAt: now(), path };
      log.info(
        { catalog: catalog.hash, before, path, ...warningsOf(catalog) },
        'changed catalog is in force',
      );
    } catch (error) {
      if (!(error instanceof CatalogError)) throw error;
      const problems = error.problems.map(formatProblem);
      state = { ...state, refused: { at: now(), problems } };
      log.error(
        { catalog: before, path, problems },
        'changed catalog rejected; the previous one stays in force',
      );
    }
  }

  async function recordOnce(): Promise<void> {
    const { catalog, loadedAt } = state;
    if (!record || recorded === catalog.hash) return;
    try {
      await record(catalog, loadedAt);
      recorded = catalog.hash;
    } catch (error) {
      log.warn({ err: error, catalog: catalog.hash }, 'could not record the catalog in force; will retry');
    }
  }

  async function poll(): Promise<void> {
    const content = await read(path);
    // Apply it only once two reads agree: a file that is still being written may be incomplete.
    if (isSame(content, latest) && !isSame(content, handled)) {
      handled = content;
      apply(content);
    }
    latest = content;
    await recordOnce();
  }

  function schedulePoll(): void {
    timer = setTimeout(() => {
      working = poll().finally(() => {
        if (timer) schedulePoll();
      });
    }, readInterval);
    timer.unref();
  }

  return {
    catalog: () => state.catalog,
    state: () => state,
    follow(recording) {
      record = recording;
      working = recordOnce();
      schedulePoll();
    },
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      await working;
    },
  };
}

/** The file's text, or why it cannot be read. */
type Content = { text: string } | { error: CatalogError };

async function read(path: string): Promise<Content> {
  try {
    return { text: await readCatalog(path) };
  } catch (error) {
    if (error instanceof CatalogError) return { error };
    throw error;
  }
}

function parse(content: Content, path: string): Catalog {
  if ('error' in content) throw content.error;
  return parseCatalog(content.text, path);
}

function isSame(one: Content, other: Content): boolean {
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
