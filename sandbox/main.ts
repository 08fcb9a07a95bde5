/** Runs the sandbox by itself: `tsx sandbox/main.ts`. */
import { startSandbox } from './index.js';

const DEFAULT_PORT = 4010;

const {
  PORT,
  SANDBOX_HOST,
  SANDBOX_DATA_DIR,
  SANDBOX_API_KEY,
  SANDBOX_WEBHOOK_URL,
  SANDBOX_WEBHOOK_KEY,
  SANDBOX_TIME_SCALE,
} = process.env;

function number(name: string, text: string | undefined, fallback: number, least: number): number {
  const value = text === undefined || text === '' ? fallback : Number(text);
  if (Number.isFinite(value) && value >= least) return value;
  throw new Error(`${name} must be a number of at least ${least}, not "${text}".`);
}

const sandbox = await startSandbox({
  port: number('PORT', PORT, DEFAULT_PORT, 0),
  timeScale: number('SANDBOX_TIME_SCALE', SANDBOX_TIME_SCALE, 1, 1),
  host: SANDBOX_HOST || undefined,
  dataDir: SANDBOX_DATA_DIR || undefined,
  apiKey: SANDBOX_API_KEY || undefined,
  webhookUrl: SANDBOX_WEBHOOK_URL || undefined,
  webhookKey: SANDBOX_WEBHOOK_KEY || undefined,
});

console.log(`Sandbox for Dodo Payments on ${sandbox.url}
  API key      ${sandbox.apiKey}
  webhook key  ${sandbox.webhookKey}
  webhooks to  ${SANDBOX_WEBHOOK_URL || '(none: set SANDBOX_WEBHOOK_URL, or POST /sandbox/webhooks/endpoint)'}
  books        ${sandbox.url}/sandbox/books`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void sandbox.close().then(() => process.exit(0));
  });
}
