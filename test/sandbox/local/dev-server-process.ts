/** A program of its own that starts a dev server, says its process id, and is there to be killed. */
import { startDevServer } from '../../../sandbox/local/dev-server.js';

const [dataDir, port] = process.argv.slice(2);
const { pid } = await startDevServer({ dataDir, port: Number(port), ui: false });
process.stdout.write(`${pid}\n`);
