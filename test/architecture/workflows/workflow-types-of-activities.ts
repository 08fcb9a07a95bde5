import type { ledger } from '../src/ledger/index.js';

export type Row = typeof ledger;
