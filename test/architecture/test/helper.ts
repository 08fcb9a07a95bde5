import { sandbox } from '../sandbox/sandbox.js';

export const helper = sandbox;
