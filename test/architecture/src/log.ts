export const log = 'lines';
