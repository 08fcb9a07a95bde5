/** Signing in by OpenID Connect: the authorization code flow with PKCE, which `openid-client` carries out. */
import * as oidc from 'openid-client';
import { z } from 'zod';
import type { AdmittedOperator, OidcConfig } from '../config/oidc.js';
import { SECOND } from '../domain/duration.js';
import type { Operator } from '../http/auth.js';

/** What has to be remembered while the browser is at the provider. */
export const oidcFlow = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  /** Where the browser wanted to go; a path of the dashboard. */
  to: z.string(),
  /** Milliseconds since the epoch. */
  expiresAt: z.int(),
});
export type OidcFlow = z.output<typeof oidcFlow>;

export type SignedIn =
  | { kind: 'operator'; operator: Operator }
  /** The provider knows the person, and they may not come in. */
  | { kind: 'stranger' }
  /** The provider refused, or its answer does not hold. */
  | { kind: 'failed'; reason: string }
  | { kind: 'unreachable'; reason: string };

export interface OidcSignIn {
  /** The provider's host. */
  name: string;
  /**
   * Begins to sign somebody in.
   *
   * @returns where to send the browser, and what to remember meanwhile; undefined while the provider cannot be reached
   */
  begin(): Promise<{ url: string; flow: Pick<OidcFlow, 'state' | 'nonce' | 'verifier'> } | undefined>;
  /** @param query of the request with which the browser came back, with its question mark */
  finish(query: string, flow: OidcFlow): Promise<SignedIn>;
  /** Returns the operator of a session; undefined if they may not come in any more. */
  operatorWithId(id: string): Operator | undefined;
}

const TIMEOUT_SECONDS = 10;
/** In ids of operators who are admitted by the provider's subject. A key's name has no colon, an address no such beginning. */
const BY_SUBJECT = 'oidc:';

/** The provider is first asked when somebody signs in, so that the API starts without it. */
export function createOidcSignIn(config: OidcConfig): OidcSignIn {
  const { clientId, clientSecret, redirectUrl, operators } = config;
  const issuer = new URL(config.issuer);
  let discovered: Promise<oidc.Configuration> | undefined;

  function provider(): Promise<oidc.Configuration> {
    discovered ??= oidc
      .discovery(issuer, clientId, clientSecret, undefined, {
        timeout: TIMEOUT_SECONDS,
        // The configuration allows plain http for this machine only.
        execute: [
          oidc.enableNonRepudiationChecks,
          ...(issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : []),
        ],
      })
      .catch((error: unknown) => {
        discovered = undefined;
        throw error;
      });
    return discovered;
  }

  return {
    name: issuer.host,
    async begin() {
      const client = await provider().catch(() => undefined);
      if (!client) return undefined;
      const [state, nonce, verifier] = [
        oidc.randomState(),
        oidc.randomNonce(),
        oidc.randomPKCECodeVerifier(),
      ];
      const url = oidc.buildAuthorizationUrl(client, {
        redirect_uri: redirectUrl,
        scope: 'openid email',
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, flow: { state, nonce, verifier } };
    },

    async finish(query, flow) {
      const client = await provider().catch(String);
      if (typeof client === 'string') return { kind: 'unreachable', reason: client };
      try {
        const tokens = await oidc.authorizationCodeGrant(client, new URL(`${redirectUrl}${query}`), {
          pkceCodeVerifier: flow.verifier,
          expectedState: flow.state,
          expectedNonce: flow.nonce,
          idTokenExpected: true,
        });
        const operator = operatorOf(operators, tokens.claims());
        return operator ? { kind: 'operator', operator } : { kind: 'stranger' };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const isAway = error instanceof TypeError || (error as Error).name === 'TimeoutError';
        return isAway ? { kind: 'unreachable', reason } : { kind: 'failed', reason };
      }
    },

    operatorWithId: (id) =>
      id.startsWith(BY_SUBJECT)
        ? admitted(operators, subjectsOf(id.slice(BY_SUBJECT.length)), id)
        : id.includes('@')
          ? admitted(operators, addressesOf(id), id)
          : undefined,
  };
}

/** An address counts only when the provider has verified that it is theirs. */
function operatorOf(
  operators: readonly AdmittedOperator[],
  claims: oidc.IDToken | undefined,
): Operator | undefined {
  if (!claims) return undefined;
  const { sub, email, email_verified: verified } = claims;
  const address = typeof email === 'string' && verified === true ? email.toLowerCase() : undefined;
  return (
    (address === undefined ? undefined : admitted(operators, addressesOf(address), address)) ??
    admitted(operators, subjectsOf(sub), `${BY_SUBJECT}${sub}`)
  );
}

/** @param names from the most to the least particular, which decides */
function admitted(
  operators: readonly AdmittedOperator[],
  names: readonly string[],
  id: string,
): Operator | undefined {
  for (const name of names) {
    const found = operators.find(({ who }) => who === name);
    if (found) return { id, readOnly: found.readOnly === true };
  }
  return undefined;
}

/** What is listed with an `@` is an address, which the provider must have verified. */
function subjectsOf(sub: string): string[] {
  return sub.includes('@') ? [] : [sub];
}

function addressesOf(address: string): string[] {
  return [address, address.slice(address.lastIndexOf('@'))];
}

/** How long somebody may take at the provider. */
export const FLOW_LIFE = 600 * SECOND;
