import { reports } from '../reports/reports.js';

export const variable = reports;
