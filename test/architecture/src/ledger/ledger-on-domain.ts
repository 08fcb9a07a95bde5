import { webhooks } from '../webhooks/webhooks.js';

export const row = webhooks;
