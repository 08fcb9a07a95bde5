import { sandbox } from '../sandbox/sandbox.js';

export const server = sandbox;
