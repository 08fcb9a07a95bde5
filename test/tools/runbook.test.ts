/** Every command of the runbook, as it is printed there, against the API over real books. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openShop, type Shop } from '../activities/shop.js';
import { serve } from '../http/serve.js';
import { operatorApp, OPERATOR } from '../support/dashboard.js';
import { writeBooks, type Books } from '../support/dashboard-books.js';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const runbook = readFileSync(join(root, 'docs/operations.md'), 'utf8');

/** The commands in code, in the order of the text. Those that end in `...` are shown in full elsewhere. */
const COMMANDS = [
  ...new Set(
    [...runbook.matchAll(/npm run offers -- ([^`\n]+)/g)]
      .map(([, command = '']) => command.trim())
      .filter((command) => !command.endsWith('...')),
  ),
];

let shop: Shop;
let books: Books;
let url: string;
let folder: string;
beforeAll(async () => {
  shop = await openShop();
  books = await writeBooks(shop);
  folder = await makeTemporaryFolder('runbook');
  writeFileSync(join(folder, 'ids.csv'), `id\n${books.open.presentationId}\n`);
});
afterAll(async () => {
  await shop.close();
  await removeFolder(folder);
});

/** Puts real ids where the text has placeholders, and the offers of these books. */
function filledIn(command: string, bulkId: string): string[] {
  const text = command
    .replace(/ > \S+$/, '')
    .replace('complete-bundle', 'bundle')
    .replace('--from 2026-12-01', '--from 2026-11-01')
    .replace('ids.csv', join(folder, 'ids.csv'))
    .replace('blk_...', bulkId)
    .replace(/(show|--subject) <id>/, `$1 ${books.paid.presentationId}`)
    .replace('retry-notification <id>', `retry-notification ${books.notificationId}`)
    .replace('<purchase>', books.ineligible);
  return [...text.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

async function run(args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, API_URL: url, OPERATOR_KEYS: OPERATOR };
  const node = ['--import', 'tsx', 'tools/offers/main.ts', ...args];
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, node, { cwd: root, env })) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

it('does what it says', async () => {
  url = await serve(
    operatorApp(shop, {
      scripted: { startBulk: async () => undefined, redeliver: async (id: string) => `redelivery/${id}` },
    }),
  );
  expect(COMMANDS.length).toBeGreaterThan(12);
  const draft = async () => {
    const bulkId = `blk_${String(COMMANDS.length + (drafts += 1)).padStart(24, '0')}`;
    await shop.context.ledger.createBulk(
      {
        bulkId,
        command: 'withdraw',
        parameters: {},
        selection: 'by a test',
        status: 'draft',
        perMinute: 60,
        createdBy: 'a-test',
        createdAt: shop.now().toISOString(),
      },
      [{ subject: books.open.presentationId }],
    );
    return bulkId;
  };
  let drafts = 0;
  const failures: string[] = [];
  for (const command of COMMANDS) {
    const { code, stdout, stderr } = await run(filledIn(command, await draft()));
    if (code !== 0 || (stdout === '' && stderr !== '')) failures.push(`${command}: ${code} ${stderr}`);
  }
  expect(failures).toEqual([]);
}, 180_000);
