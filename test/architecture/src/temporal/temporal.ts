import { webhooks } from '../webhooks/webhooks.js';

export const temporal = webhooks;
