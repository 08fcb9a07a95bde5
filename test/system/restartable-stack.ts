/** A stack whose worker can be stopped and replaced. */
import { Worker } from '@temporalio/worker';
import { vi } from 'vitest';
import { testStack, type TestStack } from '../support/stack.js';
import { testWorkerConnection } from '../support/temporal.js';

export interface RestartableStack extends TestStack {
  /** Stops the worker after it has finished its work. */
  stopWorker(): Promise<void>;
  /** Starts another worker on the same task queue. */
  startWorker(): Promise<void>;
}

/** Starts a stack like `testStack`. */
export async function restartableStack(...of: Parameters<typeof testStack>): Promise<RestartableStack> {
  const create = vi.spyOn(Worker, 'create');
  const stack = await testStack(...of);
  const [options] = create.mock.calls.at(-1) ?? [];
  const first = (await create.mock.results.at(-1)?.value) as Worker | undefined;
  create.mockRestore();
  if (!options || !first) throw new Error('The stack has started no worker.');

  async function stopFirst(worker: Worker): Promise<void> {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    await until(() => worker.getState() === 'STOPPED');
  }
  let stopping = () => stopFirst(first);
  return {
    ...stack,
    stopWorker: () => stopping(),
    async startWorker() {
      const worker = await Worker.create({ ...options, connection: await testWorkerConnection() });
      const ended = worker.run();
      stopping = async () => {
        worker.shutdown();
        await ended;
      };
    },
    async stop() {
      await stopping();
      await stack.stop();
    },
  };
}

async function until(holds: () => boolean): Promise<void> {
  await vi.waitFor(
    () => {
      if (!holds()) throw new Error('The worker did not stop.');
    },
    { timeout: 20_000, interval: 25 },
  );
}
