import { ledger } from '../ledger/index.js';

export const reports = ledger;
