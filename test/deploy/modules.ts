/** The modules of a production process: those its sources can reach, and those it has loaded. */
import { readFile, readdir } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const repository = fileURLToPath(new URL('../../', import.meta.url));

export interface ReachableModules {
  /** Files of this repository: `src/server.ts`. */
  own: string[];
  /** Module names as they are imported from packages: `drizzle-orm/node-postgres`. */
  packages: string[];
}

/**
 * Follows the imports of a source file, static and dynamic, through the files of this repository. Imports of types
 * do not count, because nothing remains of them at run time.
 *
 * @param entry such as `src/server.ts`
 * @throws Error when a dynamic import does not name its module as a plain string
 */
export async function reachableModules(entry: string): Promise<ReachableModules> {
  const own = new Set([entry]);
  const packages = new Set<string>();
  for (const file of own) {
    for (const name of importsOf(await readFile(join(repository, file), 'utf8'), file)) {
      if (name.startsWith('.')) own.add(join(file, '..', name).replace(/\.js$/, '.ts').replaceAll(sep, '/'));
      else if (!isBuiltin(name)) packages.add(name);
    }
  }
  return { own: [...own].sort(), packages: [...packages].sort() };
}

/** Lists the modules that a file of source code imports when it runs. */
export function importsOf(source: string, file: string): string[] {
  const { outputText } = ts.transpileModule(source, {
    fileName: file,
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
      removeComments: true,
    },
  });
  if (/\bimport\s*\(\s*(?!['"])/.test(outputText)) {
    throw new Error(`${file} has a dynamic import whose module cannot be told from its text.`);
  }
  return ts.preProcessFile(outputText, true, true).importedFiles.map(({ fileName }) => fileName);
}

/**
 * Lists the JavaScript files that a process and its threads have loaded, with `/` between folders.
 *
 * @param coverageFolder what `NODE_V8_COVERAGE` named in the environment of the process, which has ended
 * @param root paths are relative to this folder, or to the `node_modules` folder that contains them
 */
export async function loadedModules(coverageFolder: string, root: string): Promise<string[]> {
  const files = new Set<string>();
  for (const name of await readdir(coverageFolder)) {
    const report = JSON.parse(await readFile(join(coverageFolder, name), 'utf8')) as {
      result?: { url: string }[];
    };
    for (const { url } of report.result ?? []) {
      if (!url.startsWith('file:')) continue;
      const path = fileURLToPath(url);
      const inPackages = path.indexOf(`${sep}node_modules${sep}`);
      files.add((inPackages < 0 ? relative(root, path) : path.slice(inPackages + 1)).replaceAll(sep, '/'));
    }
  }
  return [...files].sort();
}

/** Selects the modules that only the developer's machine needs: the sandbox, the embedded ledger, the downloads. */
export function developerModules(modules: readonly string[]): string[] {
  return modules.filter((path) =>
    /pglite|electric-sql|@temporalio\/testing|^(sandbox|test|bench|tools)\//.test(path),
  );
}

/** Selects the activities, and the workflows, which only workers run. */
export function workerModules(modules: readonly string[]): string[] {
  return modules.filter((path) => /^(dist\/)?(activities|workflows)\//.test(path));
}
