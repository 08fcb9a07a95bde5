/** Does what two pages of the documentation say, as somebody new would: their commands, one after the other, in a shell. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testStack, type TestStack } from '../support/stack.js';

let stack: TestStack;
beforeAll(async () => {
  stack = await testStack();
});
afterAll(() => stack.stop());

/** Milliseconds. */
const PATIENCE = 50_000;

/** What a person types into a terminal that `npm start` does not occupy. */
function commandsOf(path: string): string {
  const page = readFileSync(path, 'utf8');
  return [...page.matchAll(/^```sh\n(.*?)^```/gms)].map(([, text = '']) => text).join('\n');
}

/** Runs commands until one of them fails. Returns what was printed, and each command before it ran. */
async function type(commands: string): Promise<{ code: number | null; output: string }> {
  const { PATH = '' } = process.env;
  const shell = spawn('bash', ['-euo', 'pipefail', '-xc', commands], {
    env: { PATH, API: stack.url, API_KEY: stack.apiKey, SANDBOX: stack.sandbox.url },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const limit = setTimeout(() => shell.kill(), PATIENCE);
  const code = await new Promise<number | null>((resolve) => shell.once('close', resolve));
  clearTimeout(limit);
  return { code, output };
}

/** Returns the amounts that customers paid after their first purchase, in the order of the customers. */
function paidLater(): number[][] {
  const byCustomer = new Map<string, number[]>();
  for (const { customer, total_amount, status } of stack.sandbox.books.payments()) {
    const amounts = byCustomer.get(customer.customer_id) ?? [];
    if (status === 'succeeded') amounts.push(total_amount);
    byCustomer.set(customer.customer_id, amounts);
  }
  return [...byCustomer.values()].map(([, ...later]) => later);
}

it('integrates in ten minutes', async () => {
  const { code, output } = await type(commandsOf('docs/quick-start.md'));
  expect(code, output).toBe(0);
  expect(paidLater()).toEqual([[14900]]);
});

it('goes through the samples of the guide', async () => {
  const before = paidLater().length;
  const { code, output } = await type(commandsOf('docs/guide.md'));
  expect(code, output).toBe(0);
  expect(paidLater().slice(before)).toEqual([
    // One click after a purchase; the card that says no; a larger plan; a cross-sell; a smaller plan; two declines.
    [14900],
    [],
    [5000],
    [5900],
    [],
    [],
  ]);
});
