import { catalog } from '../catalog/catalog.js';

export const webhooks = catalog;
