import { workflows } from '../workflows/workflows.js';

export const work = workflows;
