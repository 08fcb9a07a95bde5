import { config } from '../config/config.js';
import { dodo } from '../dodo/dodo.js';
import { reports } from '../reports/reports.js';
import { temporal } from '../temporal/temporal.js';

export const http = config + dodo + reports + temporal;
