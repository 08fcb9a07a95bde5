import { ledger } from '../ledger/index.js';
import { log } from '../log.js';

export const dodo = ledger + log;
