import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';

const MINUTE = 60_000;

async function demo(): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/demo.ts'], {
    // Free ports, because other tests may use the usual ones; and no settings of the person who runs the tests.
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'error', DODO_PAYMENTS_ENVIRONMENT: 'live_mode' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [code]] = await Promise.all([
    text(child.stdout),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code, output };
}

describe('npm run demo', () => {
  it(
    'takes every path to its expected end, prints them with the report, and stops everything',
    async () => {
      const { code, output } = await demo();
      const rows = output.split('\n').filter((line) => /^(ok|NO) /.test(line));

      expect(output).not.toMatch(/^NO /m);
      expect(rows.map((row) => row.split(/ {2,}/).slice(1, 4).join(' | '))).toEqual([
        'accepted: one click charges the saved card | converted | $149.00 once',
        'accepted: the subscription moves to a larger plan | converted | $50.00 once',
        'asked for a smaller plan: credit, nothing charged | converted | nothing',
        'declined, and the smaller offer accepted | converted | $19.00 once',
        'declined twice: the next purchase shows nothing | ineligible (declined_before) | nothing',
        'no answer: the offer expires after 10 s | expired | nothing',
        'cross-sell accepted: a payment of its own | converted | $59.00 once',
        'card declined: paid at the checkout instead | recovered | $149.00 once',
        '3-D Secure: charged once the customer confirms | converted | $149.00 once',
        'reply to the charge lost: found, not charged twice | converted | $149.00 once',
        "purchase's webhook lost: the sweep finds it | converted | $149.00 once",
        "charge's webhooks lost: the outcome is polled | converted | $149.00 once",
        'every webhook sent three times, out of order: one effect | converted | $149.00 once',
      ]);
      for (const row of rows)
        expect(row).toMatch(/ http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\/\S+$/);
      expect(output).toMatch(/^starter-to-bundle +bundle +complete-bundle +9 +9 +7 +2 +0 +7 +1 +77\.8%/m);
      expect(output).toContain('All 13 paths ended as expected.');
      expect(output).toContain('Stopped everything and removed its data.');
      expect(code).toBe(0);
    },
    3 * MINUTE,
  );
});
