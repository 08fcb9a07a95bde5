import { gone } from './gone.js';

export const tool = gone;
