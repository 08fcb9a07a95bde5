import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLiveCatalog, type LiveCatalog } from '../../src/catalog/live.js';
import { CatalogError } from '../../src/catalog/file/load.js';
import { HOUR } from '../../src/domain/duration.js';
import type { Catalog } from '../../src/domain/offers.js';

const READ_INTERVAL = 20;
const example = await readFile(new URL('../../offers.yaml', import.meta.url), 'utf8');
const changed = example.replace('window: 2h', 'window: 3h');
const broken = example.replace('offer: pro-plan', 'offer: pro-plna').replace('window: 2h', 'window: 2 hours');

let folder: string;
let path: string;
let live: LiveCatalog | undefined;
const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live-catalog-'));
  path = join(folder, 'offers.yaml');
  await writeFile(path, example);
  for (const each of Object.values(log)) each.mockClear();
});
afterEach(async () => {
  await live?.stop();
  live = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function follow(record: (catalog: Catalog) => Promise<void> = () => Promise.resolve()) {
  live = await openLiveCatalog(path, { log, readInterval: READ_INTERVAL });
  live.follow(record);
  return live;
}

const soon = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: READ_INTERVAL });
const sessionWindow = ({ catalog }: LiveCatalog) => catalog().offers['setup-session']?.windowMs;

describe('a live catalog', () => {
  it('applies a file edited in place', async () => {
    const following = await follow();
    const before = following.catalog().hash;
    await writeFile(path, changed);
    await soon(() => expect(sessionWindow(following)).toBe(3 * HOUR));
    expect(following.catalog().hash).not.toBe(before);
    expect(log.info).toHaveBeenLastCalledWith(
      { catalog: following.catalog().hash, before, path },
      'changed catalog is in force',
    );
  });

  it('applies a file replaced atomically', async () => {
    const following = await follow();
    await writeFile(join(folder, 'next'), changed);
    await rename(join(folder, 'next'), path);
    await soon(() => expect(sessionWindow(following)).toBe(3 * HOUR));
  });

  it('applies a mounted folder whose link is swapped, as by Kubernetes', async () => {
    for (const [version, text] of Object.entries({ v1: example, v2: changed })) {
      await mkdir(join(folder, version));
      await writeFile(join(folder, version, 'offers.yaml'), text);
    }
    await symlink('v1', join(folder, 'current'));
    path = join(folder, 'current', 'offers.yaml');
    const following = await follow();
    await symlink('v2', join(folder, 'next'));
    await rename(join(folder, 'next'), join(folder, 'current'));
    await soon(() => expect(sessionWindow(following)).toBe(3 * HOUR));
  });

  it('rejects an invalid change once, with every problem, and keeps the previous catalog in force', async () => {
    const following = await follow();
    const before = following.catalog();
    await writeFile(path, broken);
    await soon(() => expect(following.state().refused).toBeDefined());
    expect(following.state().refused?.problems).toEqual([
      expect.stringMatching(/^.*offers\.yaml:\d+:\d+ {2}offers\.setup-session\.window: must be a duration/),
      expect.stringMatching(/there is no offer "pro-plna"; did you mean "pro-plan"\?$/),
    ]);
    expect(following.catalog()).toBe(before);
    const rounds = vi.fn();
    const timer = setInterval(rounds, READ_INTERVAL);
    await soon(() => expect(rounds.mock.calls.length).toBeGreaterThan(5));
    clearInterval(timer);
    expect(log.error).toHaveBeenCalledTimes(1);

    await writeFile(path, changed);
    await soon(() => expect(sessionWindow(following)).toBe(3 * HOUR));
    expect(following.state().refused).toBeUndefined();
  });

  it('keeps the previous catalog in force while the file is missing, and recovers when it returns', async () => {
    const following = await follow();
    await rm(path);
    await soon(() =>
      expect(following.state().refused?.problems).toEqual([
        `${path}:1:1  cannot be read: the file does not exist`,
      ]),
    );
    await writeFile(path, example);
    await soon(() => expect(following.state().refused).toBeUndefined());
    expect(log.info).toHaveBeenLastCalledWith(
      expect.anything(),
      'catalog file matches the catalog in force again',
    );
  });

  it('ignores changes of comments', async () => {
    const recorded: string[] = [];
    const following = await follow(async ({ hash }) => void recorded.push(hash));
    const { loadedAt } = following.state();
    await writeFile(path, `# Reviewed.\n${example}`);
    await writeFile(path, `# Reviewed again.\n${example}`);
    const rounds = vi.fn();
    const timer = setInterval(rounds, READ_INTERVAL);
    await soon(() => expect(rounds.mock.calls.length).toBeGreaterThan(5));
    clearInterval(timer);
    expect(following.state().loadedAt).toBe(loadedAt);
    expect(recorded).toEqual([following.catalog().hash]);
  });

  it('records each catalog that comes into force, and retries if that fails', async () => {
    const recorded: string[] = [];
    let failures = 2;
    const following = await follow(async ({ hash }) => {
      if (failures-- > 0) throw new Error('the database is away');
      recorded.push(hash);
    });
    const first = following.catalog().hash;
    await soon(() => expect(recorded).toEqual([first]));
    expect(log.warn).toHaveBeenCalledTimes(2);
    await writeFile(path, changed);
    await soon(() => expect(recorded).toEqual([first, following.catalog().hash]));
    expect(recorded[1]).not.toBe(first);
  });

  it('does not start with an invalid catalog', async () => {
    await writeFile(path, broken);
    await expect(openLiveCatalog(path, { log })).rejects.toThrow(CatalogError);
  });
});
