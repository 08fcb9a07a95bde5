import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IN_MEMORY, openEmbeddedLedger } from '../../sandbox/local/embedded-ledger.js';
import type { Acceptance } from '../../src/domain/receipt.js';
import type { PresentationRecord } from '../../src/domain/presentation.js';
import { createApp } from '../../src/http/app.js';
import type { ApiDeps } from '../../src/http/deps.js';
import { evidenceHash, keepEvidence } from '../../src/http/receipts/evidence.js';
import type { SignedReceipt } from '../../src/http/receipts/receipt.js';
import { createReceiptSigner, type ReceiptSigner } from '../../src/http/receipts/sign.js';
import { verifyReceipt } from '../../src/http/receipts/verify.js';
import { createTokens } from '../../src/http/token.js';
import type { Ledger } from '../../src/ledger/index.js';
import { verifyReceiptFile } from '../../tools/offers/verify-receipt.js';
import { aPresentation, at } from '../ledger/examples.js';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.js';
import { aRecord, BACKEND, scriptedApi, tokens } from './scripted-api.js';
import { serve } from './serve.js';

const WORDS = {
  headline: 'Go Pro',
  accept: 'Pay {dueNow}',
  decline: 'No',
  consents: [{ id: 'terms', text: 'I start now and pay {dueNow}.', required: true }],
  locales: {
    de: {
      headline: 'Pro werden',
      accept: 'Für {dueNow} kaufen',
      decline: 'Nein',
      consents: [{ id: 'terms', text: 'Ich beginne sofort.', required: true }],
    },
  },
};
const consenting = aRecord({ words: WORDS });

describe('accepting', () => {
  it('refuses an acceptance without a required consent, before anything is sent', async () => {
    const { post, asked } = await scriptedApi({ before: consenting });
    const refused = await post('prs_1/accept', { consents: ['newsletter'] });
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({ code: 'consent_required', missing: ['terms'] });
    expect(asked).toEqual([]);
  });

  it('keeps what was shown, in the language of the reader, and passes only its hash on', async () => {
    const { post, asked, kept } = await scriptedApi({
      before: consenting,
      after: aRecord({ status: 'paid', decision: 'accepted' }),
      answer: {
        kind: 'done',
        value: { presentationId: 'prs_1', status: 'paid', decision: 'accepted' },
      },
    });
    const credential = await tokens.issue({
      presentationId: 'prs_1',
      customerId: 'cus_1',
      priceHash: 'sha256:a',
      expiresAt: consenting.expiresAt,
    });
    const answer = await post('prs_1/accept?locale=de', { consents: ['terms', 'extra'] }, { credential });
    expect(answer.status).toBe(200);
    const [click] = kept;
    expect(click?.acceptance).toMatchObject({
      copy: { headline: 'Pro werden', accept: 'Für 49,00\u00a0$ kaufen' },
      locale: 'de',
      display: { dueNow: '49,00\u00a0$' },
      consents: [{ id: 'terms', text: 'Ich beginne sofort.', required: true, given: true }],
      otherConsents: ['extra'],
      via: 'browser',
    });
    const [, , request] = asked.find(([what]) => what === 'accept') ?? [];
    expect(request).toMatchObject({ evidence: click?.hash, consents: ['terms', 'extra'] });
    expect(JSON.stringify(request)).not.toContain('beginne');
  });
});

describe('the receipt', () => {
  let ledger: Ledger;
  let receipts: ReceiptSigner;
  let folder: string;
  beforeAll(async () => {
    folder = await makeTemporaryFolder('receipts');
    ledger = await openEmbeddedLedger(IN_MEMORY);
    receipts = await createReceiptSigner(await ledger.receiptKey());
  });
  afterAll(async () => {
    await ledger.close();
    await removeFolder(folder);
  });

  async function api() {
    const deps = {
      ledger,
      receipts,
      tokens: createTokens(randomBytes(32)),
      log: { error: () => undefined },
      now: () => new Date(),
      appUrl: 'https://shop.example',
      apiKeys: [BACKEND],
      operatorKeys: [],
      webhookSecrets: [],
    };
    return serve(createApp(deps as unknown as ApiDeps));
  }

  async function get(url: string, path: string) {
    const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${BACKEND}` } });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  /** An offer that was clicked at two prices, of which the second counted. */
  async function accepted(): Promise<PresentationRecord> {
    const presentation = aPresentation();
    const { purchaseId } = presentation;
    await ledger.openPresentation({
      presentation,
      words: WORDS,
      workflowId: `purchase/${purchaseId}`,
      at: at(0),
    });
    const record = await ledger.presentation(presentation.id);
    if (!record) throw new Error('unreachable');
    const click = {
      priceHash: record.price.hash,
      consents: ['terms'],
      locales: ['de'],
      via: 'browser' as const,
    };
    await keepEvidence({ ledger }, record, { ...click, at: at(1), locales: ['en'] });
    const evidence = await keepEvidence({ ledger }, record, { ...click, at: at(2) });
    await ledger.updatePresentation(
      record.id,
      {
        status: 'paid',
        decision: 'accepted',
        decidedAt: at(2),
        paidAmount: 3000,
        paymentId: 'pay_9',
        paidAt: at(3),
      },
      [
        {
          at: at(2),
          type: 'accepted',
          detail: { presentationId: record.id, consents: 'terms', evidence: evidence ?? '' },
        },
      ],
    );
    return record;
  }

  it('holds what was accepted, in clear and signed, and can be verified offline', async () => {
    const url = await api();
    const { id } = await accepted();
    const { status, body } = await get(url, `/api/presentations/${id}/receipt`);
    expect(status).toBe(200);
    const receipt = body as unknown as SignedReceipt;
    expect(receipt).toMatchObject({
      presentationId: id,
      acceptedAt: at(2),
      acceptance: { locale: 'de', copy: { accept: 'Für 30,00\u00a0$ kaufen' }, consents: [{ given: true }] },
      outcome: { status: 'paid', paymentId: 'pay_9', paidAmount: 3000, paidCurrency: 'USD' },
    });
    const keys = await fetch(`${url}/.well-known/jwks.json`).then((answer) => answer.text());
    expect(keys).not.toContain('"d"');

    const [file, keyFile] = [join(folder, `${id}.json`), join(folder, 'jwks.json')];
    await Promise.all([writeFile(file, JSON.stringify(receipt)), writeFile(keyFile, keys)]);
    const lines = (await verifyReceiptFile(file, keyFile)).join('\n');
    expect(lines).toContain('The receipt is genuine');
    expect(lines).toContain('Für 30,00\u00a0$ kaufen');
    expect(lines).toMatch(/Agreed to +Ich beginne sofort\./);
    await writeFile(file, receipt.jws);
    expect((await verifyReceiptFile(file)).join('\n')).toContain('Compare the key');
  });

  it('is found false once a word of it has changed, or another key has signed it', async () => {
    const url = await api();
    const { id } = await accepted();
    const receipt = (await get(url, `/api/presentations/${id}/receipt`)).body as unknown as SignedReceipt;
    const verify = (changed: object) => verifyReceipt(JSON.stringify(changed), receipts.jwks);
    await expect(verify(receipt)).resolves.toMatchObject({ trusted: true });
    await expect(verify({ ...receipt, acceptedAt: at(9) })).rejects.toThrow('differs from what was signed');

    const [header = '', , signature = ''] = receipt.jws.split('.');
    const forged = Buffer.from(JSON.stringify({ receipt: { ...receipt, jws: undefined }, iat: 1 })).toString(
      'base64url',
    );
    await expect(verifyReceipt(`${header}.${forged}.${signature}`)).rejects.toThrow('was changed after');

    const other = await createReceiptSigner(otherKey());
    const { jws: _, ...content } = receipt;
    const jws = await other.sign(content, new Date());
    await expect(verifyReceipt(jws, receipts.jwks)).rejects.toThrow('none of those given');
    const acceptance: Acceptance = { ...receipt.acceptance, quantity: 7 };
    const dishonest = await receipts.sign({ ...content, acceptance }, new Date());
    await expect(verifyReceipt(dishonest, receipts.jwks)).rejects.toThrow('does not match its hash');
    for (const text of ['', '{}', 'a.b.c', receipt.jws.slice(0, -8)])
      await expect(verifyReceipt(text)).rejects.toThrow();
  });

  it('stands for a run that was signalled directly with the words of the presentation', async () => {
    const url = await api();
    const presentation = aPresentation();
    await ledger.openPresentation({
      presentation,
      words: WORDS,
      workflowId: `purchase/${presentation.purchaseId}`,
      at: at(0),
    });
    const path = `/api/presentations/${presentation.id}/receipt`;
    expect(await get(url, path)).toMatchObject({ status: 404, body: { code: 'receipt_not_found' } });
    await ledger.updatePresentation(
      presentation.id,
      { status: 'charging', decision: 'accepted', decidedAt: at(1) },
      [{ at: at(1), type: 'accepted', detail: { presentationId: presentation.id } }],
    );
    const { body } = await get(url, path);
    const { acceptance, evidence } = body as unknown as SignedReceipt;
    expect(acceptance).toMatchObject({
      via: 'signal',
      consents: [{ given: false }],
      copy: { accept: 'Pay $30.00' },
    });
    expect(evidence).toBe(evidenceHash(acceptance));
  });

  it('is signed with one key, whichever process asks first', async () => {
    const keys = await Promise.all([1, 2, 3].map(() => ledger.receiptKey()));
    expect(new Set(keys).size).toBe(1);
  });
});

function otherKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
