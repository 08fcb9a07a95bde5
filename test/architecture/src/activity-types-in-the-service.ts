import type { Activities } from '../activities/activities.js';

export type Work = Activities;
