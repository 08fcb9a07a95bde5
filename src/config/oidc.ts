/** Signing in to the dashboard by OpenID Connect: the provider, our registration there, and who may come in. */
import { z } from 'zod';
import * as fields from './fields.js';
import type { Field, Reader } from './reader.js';

export interface OidcConfig {
  /** An URL below which the provider's discovery document is found. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** As registered with the provider; ends in `/dashboard/sign-in/callback`. */
  redirectUrl: string;
  operators: readonly AdmittedOperator[];
}

export interface AdmittedOperator {
  /** A verified e-mail address, `@` and a domain for everybody's there, or the subject that the provider names. */
  who: string;
  /** May look, and give no command. */
  readOnly?: true;
}

export const CALLBACK_PATH = '/dashboard/sign-in/callback';

const MAX_LENGTH = 254;

const operators: Field<AdmittedOperator[]> = {
  schema: z.string().transform((list, context) =>
    fields.splitList(list).map((entry) => {
      const [, who = '', read] = /^([^\s+]\S*?)(\+read)?$/.exec(entry) ?? [];
      const isAddress = /^[^@]*@[^@]+\.[^@]+$/.test(who);
      if (who === '' || who.length > MAX_LENGTH || (who.includes('@') && !isAddress))
        context.addIssue(`${entry} is not an e-mail address, @domain or subject`);
      return { who: who.includes('@') ? who.toLowerCase() : who, ...(read && { readOnly: true as const }) };
    }),
  ),
  expected:
    'e-mail addresses, @domain for everybody of one, or subjects of the provider, separated by commas, each with +read after it if it is to give no commands',
};

const redirectUrl: Field<string> = {
  schema: fields.httpUrl.schema.refine((url) => new URL(url).pathname.endsWith(CALLBACK_PATH)),
  expected: `the address of this API followed by ${CALLBACK_PATH}, as it is registered with the provider`,
};

const name: Field<string> = {
  schema: fields.opaque,
  expected: 'the client id that the provider has given',
};
const secret: Field<string> = {
  schema: fields.opaque,
  expected: 'the client secret that the provider has given',
  secret: true,
};

/** Reads `OIDC_*`: all of them or none. */
export function readOidc({ optional, has, note }: Reader): OidcConfig | undefined {
  const issuer = optional('OIDC_ISSUER', fields.httpUrl);
  const clientId = optional('OIDC_CLIENT_ID', name);
  const clientSecret = optional('OIDC_CLIENT_SECRET', secret);
  const redirect = optional('OIDC_REDIRECT_URL', redirectUrl);
  const admitted = optional('OIDC_OPERATORS', operators);
  const names = [
    'OIDC_ISSUER',
    'OIDC_CLIENT_ID',
    'OIDC_CLIENT_SECRET',
    'OIDC_REDIRECT_URL',
    'OIDC_OPERATORS',
  ];
  const isSet = (name: string) => has(name) || has(`${name}_FILE`);
  if (names.some(isSet))
    for (const name of names.filter((each) => !isSet(each)))
      note(name, 'is missing; signing in by OpenID Connect needs all of the OIDC_ variables.');
  for (const [name, url] of Object.entries({ OIDC_ISSUER: issuer, OIDC_REDIRECT_URL: redirect }))
    if (url?.startsWith('http:') && !isLoopback(url))
      note(name, 'is plain http; only an address of this machine may be.');
  if (!issuer || !clientId || !clientSecret || !redirect || !admitted) return undefined;
  return { issuer, clientId, clientSecret, redirectUrl: redirect, operators: admitted };
}

function isLoopback(url: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);
}
