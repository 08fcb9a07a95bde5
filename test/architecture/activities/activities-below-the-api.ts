import { temporal } from '../src/temporal/temporal.js';

export const work = temporal;
