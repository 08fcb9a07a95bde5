/** The typed client of the runs: the API uses it, and app backends may use it to reach Temporal directly. */
import { createEventLimit } from './event-limit.js';
import type { RunsOptions } from './runs/calls.js';
import { deliveringWebhooks } from './runs/deliveries.js';
import { operatingRuns } from './runs/operations.js';
import { askingRuns } from './runs/questions.js';
import { startingRuns } from './runs/starts.js';

export type { RunsOptions } from './runs/calls.js';
export type { Answer } from '../contract/answer.js';

export type Runs = ReturnType<typeof createRuns>;

/** Creates the client: it starts runs, delivers webhooks to them and sends them updates. */
export function createRuns(options: RunsOptions) {
  return {
    ...startingRuns(options),
    ...deliveringWebhooks(options, createEventLimit()),
    ...askingRuns(options),
    ...operatingRuns(options),
  };
}
