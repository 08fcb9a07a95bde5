/** The type of failures of activities that did not get their turn at Dodo in time, and sent nothing. */
export const DODO_BUSY = 'dodo_busy';
