import { dodo } from '../src/dodo/dodo.js';
import { ledger } from '../src/ledger/index.js';

export const activities = dodo + ledger;
export type Activities = typeof activities;
