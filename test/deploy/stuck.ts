/** A process whose store is away when it is told to stop: closing it never ends. */
import { createLogger } from '../../src/log.js';
import { stopOnSignal } from '../../src/process.js';

const keepsRunning = setInterval(() => undefined, 1_000);
stopOnSignal(createLogger('info'), () => new Promise(() => void keepsRunning), 200);
process.kill(process.pid, 'SIGTERM');
