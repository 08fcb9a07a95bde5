/** The workflows a worker runs. Each is described at the top of its file. */
import { closing } from './closing.js';
import { janitor } from './janitor.js';
import { resolution } from './resolution.js';
import { sweep } from './sweep.js';
import { pinToVersion } from './versioning.js';

export { closing, janitor, resolution, sweep };
export { bulk } from './bulk.js';
export { compensation } from './compensation.js';
export { latePayment } from './late-payment.js';
export { notifications } from './notifications.js';
export { pause } from './pause.js';
export { planChange } from './plan-change.js';
export { purchase } from './purchase.js';
export { redelivery } from './redelivery.js';
export { reversal } from './reversal.js';
export { saveSubscription } from './retention.js';
export { scheduledChange } from './scheduled-change.js';

/** These end within seconds and need no guards. */
for (const short of [closing, janitor, resolution, sweep]) pinToVersion(short);
