import { helper } from '../test/helper.js';

export const tool = helper;
