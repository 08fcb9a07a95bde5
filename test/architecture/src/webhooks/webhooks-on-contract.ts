import { ledger } from '../ledger/ledger.js';

export const event = ledger;
