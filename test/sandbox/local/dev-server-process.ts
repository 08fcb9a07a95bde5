/** Starts a dev server, prints the process id of the server, and stays until it is killed. */
import { startDevServer } from '../../../sandbox/local/dev-server.js';

const [dataDir, port] = process.argv.slice(2);
const { pid } = await startDevServer({ dataDir, port: Number(port), ui: false });
process.stdout.write(`${pid}\n`);
