/** Bundles the workflow code. */
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  bundleWorkflowCode,
  DefaultLogger,
  type BundleOptions,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';

export type WorkflowBundle = { code: string } | { codePath: string };

/** True when this program runs from `dist/` instead of its sources. */
const compiled = import.meta.url.endsWith('.js');
const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The bundle that `build-bundle` writes and production workers load. */
export const prebuiltBundlePath = fromRoot(compiled ? 'workflow-bundle.js' : 'dist/workflow-bundle.js');

const workflowsPath = fromRoot(compiled ? 'workflows/index.js' : 'workflows/index.ts');
/** Workflow code that is not a workflow: it carries traces and request ids through the runs. */
const interceptorsPath = fromRoot(compiled ? 'workflows/carry-headers.js' : 'workflows/carry-headers.ts');

/**
 * Bundles the workflow code; takes a second or two.
 *
 * @throws Error with the bundler's findings when workflow code imports something forbidden (Node's modules, activities,
 *   a client)
 */
export async function bundleWorkflows(
  options: Partial<BundleOptions> = {},
): Promise<WorkflowBundleWithSourceMap> {
  const complaints: string[] = [];
  const logger = new DefaultLogger('WARN', ({ message }) => void complaints.push(message));
  try {
    return await bundleWorkflowCode({
      workflowsPath,
      workflowInterceptorModules: [interceptorsPath],
      logger,
      ...options,
    });
  } catch (error) {
    const reason = complaints.length > 0 ? complaints.map(errorsOf).join('\n') : String(error);
    throw new Error(`The workflow code could not be bundled.\n${reason}`, { cause: error });
  }
}

/** Bundles the workflow code into a file, which is replaced atomically. */
export async function writeWorkflowBundle(
  path = prebuiltBundlePath,
  options: Partial<BundleOptions> = {},
): Promise<void> {
  const { code } = await bundleWorkflows(options);
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, code);
  await rename(temporary, path);
}

/**
 * Returns the workflow code for a worker: the prebuilt file when `NODE_ENV` is `production` and it exists, else a bundle
 * of the current sources. Development thus never uses a stale build.
 */
export async function workflowBundle(options: Partial<BundleOptions> = {}): Promise<WorkflowBundle> {
  if (process.env.NODE_ENV === 'production' && (await exists(prebuiltBundlePath))) {
    return { codePath: prebuiltBundlePath };
  }
  return await bundleWorkflows(options);
}

const SOURCE_MAP = /\n\/\/# sourceMappingURL=.*\s*$/;
const BUILD_ID_LENGTH = 16;

/** Returns the id of a build: a hash of its workflow code, the same wherever the same code was built. */
export async function buildIdOf(bundle: WorkflowBundle): Promise<string> {
  const code = 'code' in bundle ? bundle.code : await readFile(bundle.codePath, 'utf8');
  return createHash('sha256').update(code.replace(SOURCE_MAP, '')).digest('hex').slice(0, BUILD_ID_LENGTH);
}

/** Extracts the errors from a report that begins with every module bundled and ends with a stack. */
function errorsOf(report: string): string {
  const start = report.indexOf('ERROR in ');
  return report
    .slice(Math.max(start, 0))
    .split('\n')
    .filter((line) => !/^\s+at /.test(line))
    .join('\n');
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
