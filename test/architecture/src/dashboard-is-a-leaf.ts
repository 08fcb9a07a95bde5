import { dashboard } from './dashboard/dashboard.js';

export const production = dashboard;
