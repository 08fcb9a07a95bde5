import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Sandbox } from '../../../sandbox/index.js';
import { runLiveTest } from '../../../tools/doctor/live-test/command.js';
import { DECLINES_LATER, running } from '../../sandbox/support.js';
import { makeTemporaryFolder, removeFolder } from '../../support/temporary-folder.js';

/** Plays the person: pays each link that is printed, with the card that the line before it asks for. */
function person(sandbox: Sandbox, lines: string[]): (line: string) => void {
  return (line) => {
    const card = lines.at(-1)?.includes('0341') === true ? DECLINES_LATER : '4242424242424242';
    lines.push(line);
    const [, session] = /\/checkout\/(cks_\w+)/.exec(line) ?? [];
    if (session !== undefined) void sandbox.control.payCheckout(session, { card });
  };
}

async function walked(change: (sandbox: Sandbox) => Promise<unknown> = () => Promise.resolve()) {
  const { sandbox } = await running();
  await change(sandbox);
  const folder = await makeTemporaryFolder('live-test');
  const lines: string[] = [];
  const passed = await runLiveTest({
    dodo: { target: { baseURL: sandbox.url }, apiKey: sandbox.apiKey, webhookSecrets: [] },
    catalogPath: 'offers.yaml',
    returnUrl: 'http://127.0.0.1:3000',
    say: person(sandbox, lines),
    save: folder,
    pollMs: 5,
  });
  const names = await readdir(folder);
  const saved = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  await removeFolder(folder);
  return { sandbox, passed, lines, names, saved };
}

test('walks through a purchase, a charge, a decline and a plan change, gives everything back and keeps the answers', async () => {
  const { sandbox, passed, lines, names, saved } = await walked();
  expect(lines.filter((line) => line.startsWith('NOT SO'))).toEqual([]);
  expect(passed).toBe(true);
  expect(lines.join('\n')).toMatch(/a decline is a 4xx, or a payment that fails \(failed\)/);
  expect(lines.join('\n')).toMatch(/prevent_change keeps the plan \(prod_basic_plan\)/);

  expect(Object.values(sandbox.books.moneyReceived()).every((amount) => amount === 0)).toBe(true);
  expect(sandbox.books.subscriptions().map(({ status }) => status)).toEqual(['cancelled']);

  expect(names.length).toBeGreaterThan(20);
  const text = saved.join('\n');
  expect(text).not.toMatch(/customer@example\.com|Test Customer|pk_snd|_secret"(?!:)|127\.0\.0\.1:(?!3000)/);
  expect(text).not.toContain(sandbox.books.payments()[0]?.payment_id);
  expect(JSON.parse(saved[0] ?? '')).toMatchObject({
    method: 'GET',
    path: expect.any(String) as string,
    status: 200,
  });
});

test.each([
  ['declines that are refused at once', { declinedConfirm: 'rejected' as const }],
  ['outcomes that come later', { outcomeDelayMs: 30 }],
  ['answers without charge_type', { chargeType: false }],
])('accepts %s', async (_name, policy) => {
  const { passed, lines } = await walked((sandbox) => sandbox.control.setPolicy(policy));
  expect(lines.filter((line) => line.startsWith('NOT SO'))).toEqual([]);
  expect(passed).toBe(true);
});

test('says what is not as assumed, and cleans up all the same', async () => {
  const { sandbox, passed, lines } = await walked((box) => box.control.setPolicy({ apiKey: 'read_only' }));
  expect(passed).toBe(false);
  expect(lines.join('\n')).toMatch(/The walk ended early: Dodo does not allow this to the API key/);
  expect(sandbox.books.payments()).toEqual([]);
});
