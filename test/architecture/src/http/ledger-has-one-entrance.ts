import { table } from '../ledger/schema.js';

export const rows = table;
