import { catalog } from '../catalog/catalog.js';

export const message = catalog;
