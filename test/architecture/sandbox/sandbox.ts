import { worker } from '../src/worker.js';
import { workflows } from '../workflows/workflows.js';

export const sandbox = workflows(worker);
