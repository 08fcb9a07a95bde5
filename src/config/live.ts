/** What live mode refuses: settings that are well-formed, and with which real money or customers' data would be at risk. */
import { BlockList, isIP } from 'node:net';
import type { Reader } from './reader.js';

/** The key that the sandbox signs with. It is published, so anybody can sign with it. */
const SANDBOX_WEBHOOK_SECRET = Buffer.from('durable-upsells-sandbox-webhook');
/** Thirty random bytes or characters have about twice as many different ones. */
const MIN_DIFFERENT_BYTES = 10;

const OWN_MACHINE = new BlockList();
OWN_MACHINE.addSubnet('127.0.0.0', 8, 'ipv4');
OWN_MACHINE.addSubnet('169.254.0.0', 16, 'ipv4');
OWN_MACHINE.addSubnet('0.0.0.0', 8, 'ipv4');
OWN_MACHINE.addAddress('::', 'ipv6');
OWN_MACHINE.addAddress('::1', 'ipv6');
OWN_MACHINE.addSubnet('fe80::', 10, 'ipv6');
OWN_MACHINE.addAddress('fd00:ec2::254', 'ipv6');

export interface LiveSettings {
  baseURL?: string;
  /** Undefined where the default would be used. */
  appUrl?: string;
  merchantUrl?: string;
  secrets: { name: string; values: readonly (string | Buffer)[] }[];
}

/** Notes what live mode refuses. */
export function checkLive({ note }: Pick<Reader, 'note'>, settings: LiveSettings): void {
  const { baseURL, appUrl, merchantUrl, secrets } = settings;
  if (baseURL?.startsWith('http:'))
    note('DODO_PAYMENTS_BASE_URL', 'is plain http; in live mode the API key must not travel unencrypted.');
  if (appUrl === undefined)
    note('APP_URL', 'is missing; in live mode customers must not be sent back to its default, localhost.');
  else if (appUrl.startsWith('http:')) note('APP_URL', 'is plain http; live mode requires https.');
  else if (isOwnMachine(appUrl)) note('APP_URL', 'is an address of this machine, which no customer reaches.');
  if (merchantUrl?.startsWith('http:'))
    note('MERCHANT_WEBHOOK_URL', 'is plain http; live mode requires https.');
  else if (merchantUrl !== undefined && isOwnMachine(merchantUrl))
    note(
      'MERCHANT_WEBHOOK_URL',
      'is an address of this machine or of its network link; live mode refuses it.',
    );
  for (const { name, values } of secrets) {
    if (values.some((value) => SANDBOX_WEBHOOK_SECRET.equals(Buffer.from(value))))
      note(name, "is the sandbox's, which is published; live mode requires one of your own.");
    else if (values.some(isWeak))
      note(
        name,
        'is not random; live mode requires a generated one, such as the output of openssl rand -hex 32.',
      );
  }
}

function isWeak(value: string | Buffer): boolean {
  return new Set(Buffer.from(value)).size < MIN_DIFFERENT_BYTES;
}

/** Checks whether a URL names this machine or its link: loopback, link-local, and the clouds' metadata services. */
function isOwnMachine(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (host === 'localhost' || host.endsWith('.localhost') || host === 'metadata.google.internal') return true;
  const family = isIP(host);
  return family !== 0 && OWN_MACHINE.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
