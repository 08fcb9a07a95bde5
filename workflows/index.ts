/** The workflows a worker runs. Each is described at the top of its file. */
export { bulk } from './bulk.js';
export { closing } from './closing.js';
export { compensation } from './compensation.js';
export { janitor } from './janitor.js';
export { latePayment } from './late-payment.js';
export { notifications } from './notifications.js';
export { pause } from './pause.js';
export { planChange } from './plan-change.js';
export { purchase } from './purchase.js';
export { redelivery } from './redelivery.js';
export { resolution } from './resolution.js';
export { reversal } from './reversal.js';
export { saveSubscription } from './retention.js';
export { scheduledChange } from './scheduled-change.js';
export { sweep } from './sweep.js';
