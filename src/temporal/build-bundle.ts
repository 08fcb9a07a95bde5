/** Build step for production: writes `dist/workflow-bundle.js`. Run it with the same SDK version as the worker. */
import { prebuiltBundlePath, writeWorkflowBundle } from './bundle.js';

await writeWorkflowBundle();
process.stdout.write(`Wrote ${prebuiltBundlePath}\n`);
