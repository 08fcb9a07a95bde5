/** Properties of the verifier that must hold for every delivery, checked on random ones. */
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { signWebhook, verifyWebhook } from '../../src/webhooks/verify.js';

const SECRET = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
const OTHER_SECRET = Buffer.from('C2FVsBQIhrscChlQIMV+b5sSYspob7oD', 'base64');
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const TIMESTAMP = 1614265330;
const WRONG = 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';

interface Delivery {
  id: string;
  timestamp: string;
  signature: string;
  body: Buffer;
}

const headersOf = ({ id, timestamp, signature }: Delivery) => ({
  'webhook-id': id,
  'webhook-timestamp': timestamp,
  'webhook-signature': signature,
});

/** @param seconds the current time, in Unix seconds */
function isAccepted(delivery: Delivery, seconds: number): boolean {
  const now = new Date(seconds * 1000);
  return verifyWebhook({ headers: headersOf(delivery), body: delivery.body, secrets: [SECRET], now }).ok;
}

/** Flips one bit in one of the four parts of correctly signed deliveries. Returns how many are accepted. */
export function acceptedWithOneBitFlipped(runs: number): number {
  let accepted = 0;
  fc.assert(
    fc.property(
      fc.constantFrom('id', 'timestamp', 'signature', 'body' as const),
      fc.nat(),
      fc.uint8Array({ minLength: 1, maxLength: 64 }),
      (part, where, random) => {
        const body = Buffer.from(random);
        const delivery = {
          id: Buffer.from(ID),
          timestamp: Buffer.from(String(TIMESTAMP)),
          signature: Buffer.from(signWebhook({ id: ID, timestamp: TIMESTAMP, body, secret: SECRET })),
          body,
        };
        const target = delivery[part];
        const bit = where % (target.length * 8);
        target.writeUInt8(target.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        const flipped = {
          // latin1, as Node reads headers.
          id: delivery.id.toString('latin1'),
          timestamp: delivery.timestamp.toString('latin1'),
          signature: delivery.signature.toString('latin1'),
          body,
        };
        if (isAccepted(flipped, TIMESTAMP)) accepted += 1;
      },
    ),
    { numRuns: runs },
  );
  return accepted;
}

const idText = fc.oneof(
  { weight: 8, arbitrary: fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/) },
  fc.string({ minLength: 1, maxLength: 40, unit: 'binary' }),
  fc.stringMatching(/^[!-~]{1,40}$/),
);
const bodyBytes = fc.oneof(
  { weight: 4, arbitrary: fc.json().map((text) => Buffer.from(text)) },
  fc.string({ unit: 'binary', maxLength: 60 }).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array)),
);
const shiftSeconds = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -299, max: 299 }) },
  fc.integer({ min: -400, max: 400 }),
);
const around = fc.record({
  before: fc.oneof({ weight: 8, arbitrary: fc.constant('') }, fc.constantFrom('+', ' ', '0', '00', '-')),
  after: fc.oneof(
    { weight: 8, arbitrary: fc.constant('') },
    fc.constantFrom('abc', '.5', ' ', ', 1', '\t', '000'),
  ),
});
const signer = fc.constantFrom('ours', 'library', 'other secret', 'other body' as const);
const list = fc.constantFrom('alone', 'tail', 'first', 'last', 'two spaces', 'seventeenth' as const);

const isUtf8 = (body: Buffer): boolean => Buffer.from(body.toString()).equals(body);
const isStrictId = (id: string): boolean => /^[!-~]{1,256}$/.test(id) && !/[.,]/.test(id);

export interface Compared {
  /** Deliveries that this verifier accepted. */
  accepted: number;
  /** Deliveries on which the library disagrees for a known reason. */
  lax: number;
}

/**
 * Compares this verifier with the reference library on random deliveries.
 *
 * @throws Error with the smallest delivery on which they disagree for no known reason
 */
export function compareWithLibrary(runs: number): Compared {
  const library = new Webhook(SECRET.toString('base64'));
  const compared: Compared = { accepted: 0, lax: 0 };

  function isAcceptedByLibrary(delivery: Delivery): boolean {
    try {
      library.verify(delivery.body, headersOf(delivery), { jsonParse: false });
      return true;
    } catch {
      return false;
    }
  }

  fc.assert(
    fc.property(
      idText,
      bodyBytes,
      shiftSeconds,
      around,
      signer,
      list,
      (id, body, shift, { before, after }, by, how) => {
        const { delivery, ours, theirs } = withinOneSecond((now) => {
          const seconds = now + shift;
          const signed = signatureBy(by, library, { id, seconds, body });
          const signature = {
            alone: signed,
            tail: `${signed},x`,
            first: `${signed} ${WRONG}`,
            last: `${WRONG} ${signed}`,
            'two spaces': `${WRONG}  ${signed}`,
            seventeenth: [...Array<string>(16).fill(WRONG), signed].join(' '),
          }[how];
          const made: Delivery = { id, timestamp: `${before}${seconds}${after}`, signature, body };
          return { delivery: made, ours: isAccepted(made, now), theirs: isAcceptedByLibrary(made) };
        });
        if (ours) compared.accepted += 1;
        if (ours === theirs) return;

        compared.lax += 1;
        const isKnown =
          // It uses `parseInt`, and signs the number instead of the text.
          (theirs && !/^[1-9][0-9]{8,10}$/.test(delivery.timestamp)) ||
          // It signs the decoded text instead of the bytes, so the two may differ either way.
          !isUtf8(body) ||
          (theirs && (!isStrictId(id) || how === 'tail' || how === 'seventeenth'));
        if (!isKnown)
          throw new Error(
            `${theirs ? 'Only the library' : 'Only this verifier'} accepts ` +
              JSON.stringify({ ...delivery, body: body.toString('hex') }),
          );
      },
    ),
    { numRuns: runs },
  );
  return compared;
}

function signatureBy(
  by: 'ours' | 'library' | 'other secret' | 'other body',
  library: Webhook,
  { id, seconds, body }: { id: string; seconds: number; body: Buffer },
): string {
  if (by === 'library') return library.sign(id, new Date(seconds * 1000), body);
  return signWebhook({
    id: isStrictId(id) ? id : 'msg',
    timestamp: seconds,
    body: by === 'other body' ? `${body.toString()}x` : body,
    secret: by === 'other secret' ? OTHER_SECRET : SECRET,
  });
}

/** Repeats `work` until it finishes within one second of the clock, since the library reads the clock itself. */
function withinOneSecond<T>(work: (now: number) => T): T {
  const seconds = () => Math.floor(Date.now() / 1000);
  for (;;) {
    const now = seconds();
    const result = work(now);
    if (seconds() === now) return result;
  }
}
