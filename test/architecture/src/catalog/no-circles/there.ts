import { here } from './here.js';

export const there = (): string => here();
