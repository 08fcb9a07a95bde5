import { hostname } from 'node:os';

export const word = hostname();
