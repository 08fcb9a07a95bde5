import { expect, it } from 'vitest';
import { fillMetadata, OWN_METADATA_KEYS } from '../../src/domain/metadata.js';
import { attemptMetadata } from '../../activities/fulfilling/requests.js';
import { REGISTRATION_METADATA_KEY } from '../../src/domain/ids.js';
import { createProofs } from '../../src/dodo/proof.js';
import type { AttemptInput } from '../../src/domain/attempt.js';

const IDS = { purchaseId: 'pay_1', customerId: 'cus_1', attemptId: 'purchase/pay_1:s:1' };

it('fills ids into text, and keeps everything else', () => {
  const metadata = { order: '{purchaseId}', both: '{customerId}/{attemptId}', n: 3, flag: true, text: 'a b' };
  expect(fillMetadata(metadata, IDS)).toEqual({
    order: 'pay_1',
    both: 'cus_1/purchase/pay_1:s:1',
    n: 3,
    flag: true,
    text: 'a b',
  });
});

it('leaves out what names an id that does not exist here', () => {
  expect(fillMetadata({ subscription: '{subscriptionId}', order: '{purchaseId}' }, IDS)).toEqual({
    order: 'pay_1',
  });
});

it('never has a value longer than Dodo takes', () => {
  const long = '{purchaseId}'.repeat(41);
  expect(fillMetadata({ long }, { purchaseId: 'x'.repeat(100) }).long).toHaveLength(500);
});

const input = {
  ...IDS,
  presentationId: 'prs_1',
  offer: {
    action: { kind: 'charge', productId: 'prod_1', quantity: 1 },
    metadata: { upsell_source: 'post_purchase', upsell_attempt_id: 'forged', upsell_proof: 'forged' },
  },
} as unknown as AttemptInput;

it('stands beside ours and never takes its place', () => {
  const proofs = createProofs(Buffer.alloc(32, 1));
  const metadata = attemptMetadata({ proofs }, input);
  expect(metadata).toMatchObject({ upsell_source: 'post_purchase', upsell_attempt_id: IDS.attemptId });
  expect(metadata.upsell_proof).not.toBe('forged');
  const ours = Object.keys(metadata).filter((key) => key !== 'upsell_source');
  expect(OWN_METADATA_KEYS).toEqual(expect.arrayContaining([...ours, REGISTRATION_METADATA_KEY]));
});
