/** More instances of the API beside the system's, on a task queue without a worker. */
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ProductProcesses } from '../chaos/product-processes.js';
import { startNode } from '../../support/child-process.js';

const SERVER = fileURLToPath(new URL('../../../src/server.ts', import.meta.url));

export interface ApiProcess {
  url: string;
  /** Sends SIGTERM, and returns the exit code. */
  terminate(): Promise<number | null>;
}

/** @param env variables that differ from the system's */
export async function startApiProcess(
  system: ProductProcesses,
  env: Record<string, string>,
): Promise<ApiProcess> {
  const child = startNode(['--import', import.meta.resolve('tsx'), SERVER], tmpdir(), {
    ...system.env,
    TEMPORAL_TASK_QUEUE: `${system.taskQueue}-received`,
    LOG_LEVEL: 'info',
    ...env,
    PORT: '0',
  });
  const { url } = await child.logged('the API is ready');
  return { url: String(url), terminate: async () => (await child.terminate()).code };
}
