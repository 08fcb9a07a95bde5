import type { ledger } from '../src/ledger/ledger.js';

export type Row = typeof ledger;
