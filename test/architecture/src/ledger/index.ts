import { catalog } from '../catalog/catalog.js';

export const ledger = catalog;
