/** What customers do, and how tests wait for what follows. */
import type { PresentationView } from '../../src/http/presentation-view.js';
import { eventuallyIs } from '../support/eventually.js';
import type { Reply } from '../../sandbox/demo/http.js';
import type { TestStack } from '../support/stack.js';
import type { Bought, SentRequest } from './account.js';

export type Decided = Reply<{
  success?: boolean;
  status?: string | number;
  code?: string;
  detail?: string;
  checkoutUrl?: string | null;
  updatePaymentMethodUrl?: string | null;
  sessionId?: string;
  presentation?: PresentationView;
}>;

export async function accept(
  { http }: Pick<TestStack, 'http'>,
  { customer_id }: Pick<Bought, 'customer_id'>,
  body: Record<string, unknown> = {},
  headers?: Record<string, string>,
): Promise<Decided> {
  return http.post(`/api/upsell/${customer_id}/accept`, body, headers);
}

/** Returns the presentation, once it is in one of these states. */
export async function presentationIs(
  { http }: Pick<TestStack, 'http'>,
  id: string,
  ...statuses: PresentationView['status'][]
): Promise<PresentationView> {
  return eventuallyIs(
    `presentation ${id} ${statuses.join(' or ')}`,
    async () => (await http.get<PresentationView>(`/api/presentations/${id}`)).body,
    ({ status }) => statuses.includes(status),
  );
}

/** Delivers a request that never reached Dodo, as a slow network does. Counts as one more of `posts`. */
export async function commitLate(
  stack: Pick<TestStack, 'sandbox'>,
  { path, body }: SentRequest,
): Promise<number> {
  const { url, apiKey } = stack.sandbox;
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await response.body?.cancel();
  return response.status;
}
