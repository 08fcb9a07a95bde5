import { webhooks } from '../webhooks/webhooks.js';

export const config = webhooks;
