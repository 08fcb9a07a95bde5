import type { ApiDeps } from '../http/deps.js';
import type { PayloadKey } from '../temporal/payload-codec.js';
import type { OidcSignIn } from './oidc.js';

/** Everything the dashboard depends on. */
export interface DashboardDeps extends ApiDeps {
  /** Signs sessions and form tokens. The same in every process. */
  sessionKey: Buffer;
  /** Where operators sign in without a key. */
  oidc?: OidcSignIn;
  /** True where real money moves: nothing can be ordered until the session is unlocked with a reason. */
  startsLocked: boolean;
  /** What decrypts runs for Temporal's UI, whose origin it is; undefined if runs are in clear. */
  payloads?: { keys: () => readonly PayloadKey[]; uiOrigin?: string };
  /** Returns the address of a payment in Dodo's own pages. */
  dodoLink: (paymentId: string) => string | undefined;
}
