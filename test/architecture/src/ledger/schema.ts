export const table = 'ledger';
