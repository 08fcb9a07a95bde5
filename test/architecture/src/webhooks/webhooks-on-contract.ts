import { ledger } from '../ledger/index.js';

export const event = ledger;
