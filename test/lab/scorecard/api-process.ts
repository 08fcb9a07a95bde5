/** Further instances of the API beside that of the system, on a task queue that nobody works on. */
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ProductProcesses } from '../chaos/product-processes.js';
import { startNode } from '../../support/child-process.js';

const SERVER = fileURLToPath(new URL('../../../src/server.ts', import.meta.url));

export interface ApiProcess {
  url: string;
  /** Asks it to end, and answers its exit code when it has. */
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
