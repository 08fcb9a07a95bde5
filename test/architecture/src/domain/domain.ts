export const domain = 'words';
