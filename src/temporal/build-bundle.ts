/** Writes `dist/workflow-bundle.js` for production. Run it with the same SDK version as the worker's. */
import { prebuiltBundlePath, writeWorkflowBundle } from './bundle.js';

await writeWorkflowBundle();
process.stdout.write(`Wrote ${prebuiltBundlePath}\n`);
