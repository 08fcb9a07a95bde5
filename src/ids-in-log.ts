/** The ids of what this process is at work on, which every log line bears: request, run, purchase, presentation. */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface WorkIds {
  requestId?: string;
  /** The workflow id of the run. */
  run?: string;
  purchaseId?: string;
  presentationId?: string;
  attemptId?: string;
  paymentId?: string;
  customerId?: string;
}

const current = new AsyncLocalStorage<WorkIds>();

/** Does some work with these ids besides those that are there already. */
export function withIds<T>(ids: WorkIds, work: () => T): T {
  return current.run({ ...current.getStore(), ...ids }, work);
}

export function currentIds(): WorkIds {
  return current.getStore() ?? {};
}
