import { expect, it } from 'vitest';
import { scriptedApi } from './scripted-api.js';

it('keeps what the merchant knows of a customer out of the run, which begins when it is recorded', async () => {
  const { post, asked } = await scriptedApi({});
  const event = { eventId: 'limit-1', type: 'limit_approaching', customerId: 'cus_1' };
  const { status } = await post('/api/triggers', { ...event, facts: { email: 'jo@example.com', seats: 9 } });
  expect(status).toBe(202);
  expect(asked).toEqual([
    [
      'recordTriggerFacts',
      expect.objectContaining({ customerId: 'cus_1', facts: { email: 'jo@example.com', seats: 9 } }),
    ],
    ['trigger', 'limit-1', 'limit_approaching', { customerId: 'cus_1' }],
  ]);
});
