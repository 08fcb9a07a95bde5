import { ledger } from '../ledger/ledger.js';

export const offer = ledger;
