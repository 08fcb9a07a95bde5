import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IN_MEMORY, openEmbeddedLedger } from '../../sandbox/local/embedded-ledger.js';
import type { Ledger } from '../../src/ledger/index.js';

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openEmbeddedLedger(IN_MEMORY);
});
afterAll(() => ledger.close());

const at = '2026-11-23T12:00:00.000Z';

describe('keys', () => {
  it('belong to the request that came first, until that one frees them', async () => {
    const bind = (request: string) => ledger.bindKey({ key: 'k', request, at });
    const both = await Promise.all([bind('one'), bind('two')]);
    expect(new Set(both).size).toBe(1);
    const [first = ''] = both;
    await ledger.freeKey({ key: 'k', request: 'another' });
    expect(await bind('three')).toBe(first);
    await ledger.freeKey({ key: 'k', request: first });
    expect(await bind('three')).toBe('three');
  });
});

describe('the audit trail', () => {
  it('is listed newest first, page by page, and by subject', async () => {
    for (const subject of ['prs_1', 'prs_2', 'prs_1'])
      await ledger.recordAudit({
        ...{ commandId: crypto.randomUUID(), at, phase: 'ordered', actor: 'anna', command: 'withdraw' },
        ...{ subject, reason: 'a test', state: { status: 'open' } },
      });
    const [newest, second] = await ledger.auditTrail({ limit: 2 });
    expect([newest?.subject, second?.subject]).toEqual(['prs_1', 'prs_2']);
    expect(newest).toMatchObject({ actor: 'anna', phase: 'ordered', state: { status: 'open' } });
    expect(await ledger.auditTrail({ limit: 5, before: second?.seq })).toHaveLength(1);
    expect(await ledger.auditTrail({ limit: 5, subject: 'prs_1' })).toHaveLength(2);
  });
});
