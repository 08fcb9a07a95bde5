/** `npm run migrate`: brings the ledger's tables up to date and ends, for roles that may do what the processes may not. */
import './node-version.js';
import { loadDotEnv } from './config/dotenv.js';
import { databaseUrl } from './config/fields.js';
import { ConfigError, createReader } from './config/reader.js';
import { openLedger } from './ledger/index.js';
import { createLogger } from './log.js';
import { run } from './process.js';

await run(async () => {
  loadDotEnv();
  const { required, problems } = createReader(process.env);
  const url = required('DATABASE_URL', databaseUrl);
  if (url === undefined) throw new ConfigError(problems);
  const log = createLogger();
  await (await openLedger({ url, log })).close();
  log.info("the ledger's tables are up to date");
});
