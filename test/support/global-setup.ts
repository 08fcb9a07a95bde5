import { createServer } from 'node:http';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { writeWorkflowBundle } from '../../src/temporal/bundle.js';
import { imageOfEmptyLedger } from '../../sandbox/local/embedded-ledger.js';
import { startDevServer, type DevServer } from '../../sandbox/local/dev-server.js';
import { closeServer, listenOnLoopback } from './loopback.js';
import { makeTemporaryFolder, removeFolder } from './temporary-folder.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The address at which test files ask for shared resources. */
    sharedTestResources: string;
  }
}

/** The answer to `GET /temporal`. */
export interface SharedTemporal {
  address: string;
  namespace: string;
}

/** The answer to `GET /ledger`. */
export interface SharedLedger {
  /** The file with the image of an empty ledger. */
  imagePath: string;
}

/** The answer to `GET /bundle`. */
export interface SharedBundle {
  codePath: string;
}

const workflowsIndex = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));

/**
 * Offers all test files one Temporal server (in memory), one bundle of the workflow code and one image of an empty ledger.
 * Each is made when the first file asks for it, so pure unit tests do not pay for them.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await makeTemporaryFolder('test');
  let server: Promise<DevServer> | undefined;
  let bundle: Promise<SharedBundle> | undefined;

  let ledger: Promise<SharedLedger> | undefined;

  const resources: Record<string, () => Promise<SharedTemporal | SharedBundle | SharedLedger>> = {
    '/temporal': async () => {
      server ??= startDevServer({ ui: false });
      const { address, namespace } = await server;
      return { address, namespace };
    },
    '/ledger': async () => await (ledger ??= makeLedger(join(folder, 'ledger.tar'))),
    '/bundle': async () => await (bundle ??= makeBundle(join(folder, 'workflow-bundle.js'))),
  };
  const http = createServer((request, response) => {
    const make = resources[request.url ?? ''] ?? (() => Promise.reject(new Error(`No ${request.url}`)));
    make().then(
      (value) => response.end(JSON.stringify(value)),
      (error: unknown) => {
        response.statusCode = 500;
        response.end(error instanceof Error ? error.message : String(error));
      },
    );
  });
  http.requestTimeout = 0;
  project.provide('sharedTestResources', `http://127.0.0.1:${await listenOnLoopback(http)}`);

  return async () => {
    await closeServer(http);
    await (await server?.catch(() => undefined))?.stop();
    await removeFolder(folder);
  };
}

async function makeLedger(imagePath: string): Promise<SharedLedger> {
  await writeFile(imagePath, Buffer.from(await (await imageOfEmptyLedger()).arrayBuffer()));
  return { imagePath };
}

async function makeBundle(codePath: string): Promise<SharedBundle> {
  if (!existsSync(workflowsIndex)) throw new Error(`There is no workflow code at ${workflowsIndex}.`);
  await writeWorkflowBundle(codePath);
  return { codePath };
}
