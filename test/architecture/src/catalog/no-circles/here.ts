import { there } from './there.js';

export const here = (): string => there();
