/**
 * Health check of an API container: `node deploy/health/api.mjs /healthz` checks that the API answers, `/readyz` that it
 * also reaches Temporal and its database. Exits with 0 if so, else with 1 and the reason.
 */
const TIMEOUT = 4_000;
const DEFAULT_PORT = 3000;

const path = process.argv[2] ?? '/healthz';
const port = process.env.PORT?.trim() || DEFAULT_PORT;
try {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(TIMEOUT) });
  if (!response.ok) fail(`${path} answers ${response.status}: ${await response.text()}`);
} catch (error) {
  fail(`${path} does not answer: ${error.cause?.message ?? error.message}`);
}

function fail(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
