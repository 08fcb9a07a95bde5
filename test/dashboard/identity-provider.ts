/** An OpenID Connect provider on loopback that signs in whoever a test says, and misbehaves on request. */
import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { closeServer, listenOnLoopback } from '../support/loopback.js';

export const CLIENT = { id: 'durable-upsells', secret: 'a secret of the client' };

/** Who is at the browser, and how the provider lies about them. */
export interface Person {
  sub: string;
  email?: string;
  email_verified?: boolean;
  /** Claims that replace what is right. */
  lies?: Record<string, unknown>;
  /** Signs with a key that the provider does not publish. */
  forged?: boolean;
  /** They do not agree. */
  refuses?: boolean;
}

export interface IdentityProvider {
  issuer: string;
  signsIn(person: Person): void;
  close(): Promise<void>;
}

export async function startIdentityProvider(): Promise<IdentityProvider> {
  let person: Person = { sub: 'nobody' };
  const grants = new Map<string, { nonce: string; challenge: string; redirect: string }>();
  const [ours, strangers] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  const jwk = { ...(await exportJWK(ours.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };

  const server = createServer((req, res) => {
    const url = new URL(req.url ?? '/', issuer);
    const json = (body: object, status = 200) =>
      res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    if (url.pathname === '/.well-known/openid-configuration') {
      json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      });
    } else if (url.pathname === '/keys') {
      json({ keys: [jwk] });
    } else if (url.pathname === '/authorize') {
      const {
        client_id,
        redirect_uri = '',
        state = '',
        nonce = '',
        code_challenge = '',
      } = Object.fromEntries(url.searchParams);
      const back = new URL(redirect_uri);
      back.searchParams.set('state', state);
      if (client_id !== CLIENT.id || person.refuses) back.searchParams.set('error', 'access_denied');
      else {
        const code = randomUUID();
        grants.set(code, { nonce, challenge: code_challenge, redirect: redirect_uri });
        back.searchParams.set('code', code);
      }
      res.writeHead(302, { Location: back.href }).end();
    } else if (url.pathname === '/token') {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString()));
      req.on('end', () => {
        const form = new URLSearchParams(body);
        const grant = grants.get(form.get('code') ?? '');
        grants.delete(form.get('code') ?? '');
        const verifier = createHash('sha256')
          .update(form.get('code_verifier') ?? '')
          .digest('base64url');
        const isClient = form.get('client_secret') === CLIENT.secret && form.get('client_id') === CLIENT.id;
        if (
          !grant ||
          !isClient ||
          verifier !== grant.challenge ||
          form.get('redirect_uri') !== grant.redirect
        ) {
          json({ error: 'invalid_grant' }, 400);
          return;
        }
        const { lies, forged, refuses: _, ...claims } = person;
        const now = Math.floor(Date.now() / 1000);
        const token = { iss: issuer, aud: CLIENT.id, iat: now, exp: now + 60, nonce: grant.nonce };
        void new SignJWT({ ...token, ...claims, ...lies })
          .setProtectedHeader({ alg: 'RS256', kid: 'one' })
          .sign((forged ? strangers : ours).privateKey)
          .then((id_token) => json({ access_token: randomUUID(), token_type: 'Bearer', id_token }));
      });
    } else res.writeHead(404).end();
  });
  const issuer = `http://127.0.0.1:${await listenOnLoopback(server)}`;
  return { issuer, signsIn: (next) => void (person = next), close: () => closeServer(server) };
}
