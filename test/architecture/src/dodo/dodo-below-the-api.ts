import { temporal } from '../temporal/temporal.js';

export const charge = temporal;
