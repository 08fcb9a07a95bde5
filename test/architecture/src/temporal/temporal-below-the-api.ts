import { dodo } from '../dodo/dodo.js';

export const run = dodo;
