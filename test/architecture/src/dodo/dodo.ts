import { ledger } from '../ledger/ledger.js';
import { log } from '../log.js';

export const dodo = ledger + log;
