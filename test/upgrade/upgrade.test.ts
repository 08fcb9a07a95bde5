/** Ledgers that earlier releases left, with offers under way, on this build: upgraded, and shared with the release before. */
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEmbeddedLedger } from '../../sandbox/local/embedded-ledger.js';
import type { PresentationRecord } from '../../src/domain/presentation.js';
import type { Ledger } from '../../src/ledger/index.js';
import { scriptedApi } from '../http/scripted-api.js';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.js';
import { dumped, ledgerOfRelease, releases } from './ledgers.js';

const [first = ''] = releases;
let folder: string;
let ledger: Ledger;
beforeAll(async () => {
  folder = await makeTemporaryFolder('upgrade');
  await ledgerOfRelease(folder, first, 'first-release');
  ledger = await openEmbeddedLedger(folder);
}, 120_000);
afterAll(async () => {
  await ledger.close();
  await removeFolder(folder);
});

async function shown(id: string): Promise<PresentationRecord> {
  const record = await ledger.presentation(id);
  if (!record) throw new Error(`The ledger has no ${id}.`);
  return record;
}

describe('the ledger of the first release, upgraded', () => {
  it('has every offer and purchase where it was', async () => {
    expect(await ledger.currentPresentation('cus_one', '2026-11-22T12:00:00Z')).toMatchObject({
      id: 'prs_one',
      status: 'open',
      price: { dueNow: 4900 },
    });
    expect(await shown('prs_accepted')).toMatchObject({ status: 'reconciling', decision: 'accepted' });
    expect(await shown('prs_paid')).toMatchObject({
      status: 'paid',
      paymentId: 'pay_upsell',
      paidAmount: 4900,
    });
    expect(await ledger.attempt('purchase/pay_accepted:bundle:1')).toMatchObject({ status: 'unknown' });
    expect(await ledger.purchase('pay_paid')).toMatchObject({ status: 'settled', outcome: 'converted' });
    expect(await ledger.purchase('pur_waiting')).toMatchObject({ status: 'awaiting_payment' });
  });

  it('does not make offers of two pieces into offers of one', async () => {
    const record = await shown('prs_two');
    expect(record).toMatchObject({ quantityUnrecorded: true });
    const api = await scriptedApi({ before: record, answer: { kind: 'unanswered' } });
    const reply = await api.post('prs_two/accept', { quantity: 2 });
    expect([200, 202]).toContain(reply.status);
    expect(reply.body.presentation).not.toHaveProperty('quantity');
    // The run knows what it has shown, and checks it.
    expect(JSON.stringify(api.asked)).toContain('"quantity":2');
  });

  it('records the quantity once the run says what was accepted', async () => {
    await ledger.updatePresentation('prs_two', {
      status: 'charging',
      decision: 'accepted',
      decidedAt: '2026-11-22T12:10:00.000Z',
      quantity: 2,
    });
    const record = await shown('prs_two');
    expect(record).toMatchObject({ status: 'charging', quantity: 2 });
    expect(record).not.toHaveProperty('quantityUnrecorded');
  });

  it('carries what is under way to its end', async () => {
    await ledger.updatePresentation('prs_accepted', {
      status: 'paid',
      paymentId: 'pay_late',
      paidAmount: 4900,
    });
    expect(await shown('prs_accepted')).toMatchObject({ status: 'paid', paidAmount: 4900 });
  });
});

describe('the newest tables', () => {
  it('take what a process of an earlier release writes during a rollout', async () => {
    const other = await makeTemporaryFolder('mixed');
    await (await openEmbeddedLedger(other)).close();
    const db = await PGlite.create(join(other, 'postgres'));
    await db.exec(dumped('first-release'));
    const { rows } = await db.query<{ id: string; status: string }>(
      'select id, status from presentations order by id',
    );
    expect(rows).toHaveLength(4);
    await db.close();
    const reopened = await openEmbeddedLedger(other);
    expect(await reopened.presentation('prs_one')).toMatchObject({ status: 'open' });
    await reopened.close();
    await removeFolder(other);
  });

  it('are reached from those of the release before', async () => {
    const other = await makeTemporaryFolder('before');
    await ledgerOfRelease(other, releases.at(-2) ?? '', 'first-release');
    const upgraded = await openEmbeddedLedger(other);
    expect(await upgraded.presentation('prs_two')).toMatchObject({ status: 'open' });
    await upgraded.close();
    await removeFolder(other);
  });
});
