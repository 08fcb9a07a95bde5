/** `npm run bench` runs all benchmarks, `npm run bench -- verify accept` only those named. */
import { availableParallelism, loadavg } from 'node:os';
import { benchAccept } from './accept.js';
import { benchAcknowledge } from './acknowledge.js';
import { benchConsole } from './console.js';
import { benchRequests } from './requests.js';
import { benchStartup } from './startup.js';
import { benchVerify } from './verify.js';

const PARTS: Record<string, { title: string; run: () => Promise<string> }> = {
  verify: { title: 'Verifying a webhook', run: benchVerify },
  acknowledge: { title: 'Acknowledging a webhook', run: benchAcknowledge },
  accept: { title: 'From accept to paid', run: benchAccept },
  console: { title: "Operators' pages and reports", run: benchConsole },
  requests: { title: 'Requests to Dodo', run: benchRequests },
  startup: { title: 'From npm start to ready', run: benchStartup },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  process.stderr.write(
    `Unknown benchmark "${unknown.join('", "')}". Available: ${Object.keys(PARTS).join(', ')}.\n`,
  );
  process.exit(1);
}

const load = () => loadavg()[0]?.toFixed(1);
process.stdout.write(`${availableParallelism()} cores, Node ${process.version}, load ${load()} before\n`);
for (const [name, { title, run }] of Object.entries(PARTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stdout.write(`\n${title}\n\n${await run()}\n`);
}
process.stdout.write(`\nload ${load()} after\n`);
process.exit(0);
