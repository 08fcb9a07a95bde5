import type DodoPayments from 'dodopayments';
import type { PortalSessionRow } from '../model.js';
import { newId } from '../state/ids.js';
import type { World } from '../world.js';
import { customerOf } from './customers.js';

const PORTAL_LIFE = 24 * 60 * 60 * 1000;

/** Opens the portal: a link to the customer's methods, subscriptions and payments, valid for a day. */
export function openPortal(
  world: World,
  customerId: string,
  returnUrl: string | null,
): DodoPayments.CustomerPortalSession {
  const session: PortalSessionRow = {
    token: newId('ptl'),
    customer_id: customerOf(world, customerId).customer_id,
    return_url: returnUrl,
    expires_at: new Date(world.now().getTime() + PORTAL_LIFE).toISOString(),
  };
  world.tables.portals.put(session);
  return { link: `${world.url}/portal/${session.token}` };
}
