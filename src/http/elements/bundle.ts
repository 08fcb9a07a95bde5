/** The offer component as browsers load it: built by `npm run build`, or from its sources the first time it is asked for. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ElementFile {
  body: Buffer;
  /** For the `integrity` attribute. */
  integrity: string;
}

export interface Elements {
  /** Names this build in addresses that never change their content. */
  version: string;
  files: ReadonlyMap<string, ElementFile>;
}

const ENTRIES = { 'dodo-offer': 'index.ts', 'dodo-offer-core': 'core.ts', 'hosted-page': 'hosted-page.ts' };
const VERSION_DIGITS = 12;

const root = fileURLToPath(new URL('../../../', import.meta.url));
/** Beside `src` in the output of the build. */
const BUILT = join(root, 'elements');
const SOURCES = join(root, 'packages/dodo-offer/src');

let elements: Promise<Elements> | undefined;

/** Returns the files, reading or building them once per process. */
export function loadElements(): Promise<Elements> {
  return (elements ??= readBuilt().catch(async () => named(await buildElements())));
}

async function readBuilt(): Promise<Elements> {
  const names = await readdir(BUILT);
  return named(
    await Promise.all(names.map(async (name) => [name, await readFile(join(BUILT, name))] as const)),
  );
}

/** Bundles the component. Each language of it is a file of its own. */
export async function buildElements(
  sources = SOURCES,
  folder = root,
): Promise<(readonly [name: string, body: Buffer])[]> {
  const { build } = await import('esbuild');
  // One by one, so that each is whole: the integrity of a script does not cover what it imports.
  const builds = await Promise.all(
    Object.entries(ENTRIES).map(([out, file]) =>
      build({
        absWorkingDir: folder,
        entryPoints: [{ in: resolve(sources, file), out }],
        bundle: true,
        minify: true,
        splitting: true,
        format: 'esm',
        target: 'es2022',
        chunkNames: 'part-[hash]',
        outdir: BUILT,
        write: false,
        logLevel: 'silent',
      }),
    ),
  );
  return builds.flatMap(({ outputFiles }) =>
    outputFiles.map(({ path, contents }) => [path.slice(BUILT.length + 1), Buffer.from(contents)] as const),
  );
}

function named(files: (readonly [name: string, body: Buffer])[]): Elements {
  const sorted = [...files].sort(([one], [other]) => (one < other ? -1 : 1));
  const all = createHash('sha256');
  for (const [name, body] of sorted) all.update(`${name}\n`).update(body);
  return {
    version: all.digest('hex').slice(0, VERSION_DIGITS),
    files: new Map(
      sorted.map(([name, body]) => [
        name,
        { body, integrity: `sha384-${createHash('sha384').update(body).digest('base64')}` },
      ]),
    ),
  };
}
