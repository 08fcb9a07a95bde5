import { ledger } from '../ledger/index.js';

export const offer = ledger;
