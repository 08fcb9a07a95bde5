import { helper } from '../test/helper.js';

export const bench = helper;
