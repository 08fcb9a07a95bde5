import type { workflows } from '../../workflows/workflows.js';

export type Run = typeof workflows;
