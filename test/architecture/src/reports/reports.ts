import { ledger } from '../ledger/ledger.js';

export const reports = ledger;
