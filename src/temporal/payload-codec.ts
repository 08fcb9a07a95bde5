/**
 * Encrypts what runs carry: inputs, results, signals, updates, summaries, and the messages of failed activities. Whoever reads
 * Temporal's store without the keys sees ids, search attributes, types and times.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';

/** A key of AES-256, and the id by which payloads name it. */
export interface PayloadKey {
  id: string;
  /** 32 bytes. */
  key: Buffer;
}

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ENCODING = Buffer.from('binary/encrypted');
const failureConverterPath = fileURLToPath(new URL('./failure-converter.cjs', import.meta.url));

/** A payload that the configured keys cannot open. */
export class PayloadKeyError extends Error {
  override readonly name = 'PayloadKeyError';
}

/**
 * Creates the codec. The first key encrypts, each of them decrypts; payloads of before encryption are left as they are.
 *
 * @param keys the keys in force, at least one
 */
export function payloadCodec(keys: () => readonly PayloadKey[]): PayloadCodec {
  return {
    encode: async (payloads) => Promise.all(payloads.map(async (payload) => encrypt(payload, keys()))),
    decode: async (payloads) => Promise.all(payloads.map(async (payload) => decrypt(payload, keys()))),
  };
}

/** Returns what a client, a worker and a replay need to read and write runs with these keys; undefined without keys. */
export function encryptingConverter(
  keys: (() => readonly PayloadKey[]) | undefined,
): DataConverter | undefined {
  return keys && { payloadCodecs: [payloadCodec(keys)], failureConverterPath };
}

/** Decrypts what can be decrypted, and leaves the rest as it is: for people who look at a run. */
export function readablePayload(payload: Payload, keys: readonly PayloadKey[]): Payload {
  try {
    return decrypt(payload, keys);
  } catch {
    return payload;
  }
}

function encrypt(payload: Payload, [current]: readonly PayloadKey[]): Payload {
  if (current === undefined) throw new PayloadKeyError('There is no key to encrypt payloads with.');
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, current.key, nonce);
  const sealed = [cipher.update(PayloadMessage.encode(payload).finish()), cipher.final()];
  return {
    metadata: { encoding: ENCODING, 'encryption-key-id': Buffer.from(current.id) },
    data: Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]),
  };
}

function decrypt(payload: Payload, keys: readonly PayloadKey[]): Payload {
  const { metadata, data } = payload;
  if (!metadata?.encoding || !ENCODING.equals(metadata.encoding)) return payload;
  const id = Buffer.from(metadata['encryption-key-id'] ?? []).toString();
  const key = keys.find((one) => one.id === id)?.key;
  if (key === undefined) {
    throw new PayloadKeyError(
      `A payload was encrypted with the key "${id}", which TEMPORAL_PAYLOAD_KEYS does not list.`,
    );
  }
  const sealed = Buffer.from(data ?? []);
  const end = sealed.length - TAG_BYTES;
  if (end < NONCE_BYTES) throw new PayloadKeyError(`A payload under the key "${id}" is cut off.`);
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(sealed.subarray(end));
  try {
    const opened = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final()]);
    return PayloadMessage.decode(opened);
  } catch (error) {
    throw new PayloadKeyError(
      `A payload under the key "${id}" cannot be opened: it was altered, or another key has this id.`,
      { cause: error },
    );
  }
}
