import { defaultPayloadConverter } from '@temporalio/common';
import { assert, asyncProperty, jsonValue } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { payloadCodec, readablePayload, type PayloadKey } from '../../src/temporal/payload-codec.js';

const older: PayloadKey = { id: '2026-12', key: Buffer.alloc(32, 1) };
const newer: PayloadKey = { id: '2027-01', key: Buffer.alloc(32, 2) };
const codec = (...keys: PayloadKey[]) => payloadCodec(() => keys);
const payload = (value: unknown) => defaultPayloadConverter.toPayload(value);
const sealed = async (value: unknown, ...keys: PayloadKey[]) => {
  const [one] = await codec(...keys).encode([payload(value)]);
  if (!one) throw new Error('A payload for a payload.');
  return one;
};

describe('payloads under a key', () => {
  it('come back as they were, whatever they are', async () => {
    await assert(
      asyncProperty(jsonValue(), async (value) => {
        const [back] = await codec(newer).decode([await sealed(value, newer)]);
        const { metadata, data } = payload(value);
        expect(Buffer.from(back?.data ?? [])).toEqual(Buffer.from(data ?? []));
        expect(Buffer.from(back?.metadata?.encoding ?? [])).toEqual(Buffer.from(metadata?.encoding ?? []));
      }),
    );
  });

  it('show nothing of what they carry, and never look alike', async () => {
    const [one, other] = [await sealed({ plan: 'gold' }, newer), await sealed({ plan: 'gold' }, newer)];
    expect(Buffer.from(one.data ?? []).toString('latin1')).not.toMatch(/gold|plan|json/);
    expect(one.data).not.toEqual(other.data);
    expect(Buffer.from(one.metadata?.encoding ?? []).toString()).toBe('binary/encrypted');
  });

  it('are read after a rotation, and written with the first key', async () => {
    const early = await sealed('before', older);
    const late = await sealed('after', newer, older);
    const read = await codec(newer, older).decode([early, late, payload('in clear')]);
    expect(read.map((one) => defaultPayloadConverter.fromPayload(one))).toEqual([
      'before',
      'after',
      'in clear',
    ]);
    await expect(codec(older).decode([late])).rejects.toThrow(
      'encrypted with the key "2027-01", which TEMPORAL_PAYLOAD_KEYS does not list',
    );
  });

  it('are refused when a byte was changed, or another key has the id', async () => {
    const one = await sealed('amount 100', newer);
    const data = Buffer.from(one.data ?? []);
    for (let at = 0; at < data.length; at += 1) {
      const altered = Buffer.from(data);
      altered[at] = (altered[at] ?? 0) ^ 1;
      await expect(codec(newer).decode([{ ...one, data: altered }])).rejects.toThrow('cannot be opened');
    }
    await expect(codec(newer).decode([{ ...one, data: data.subarray(0, 20) }])).rejects.toThrow('cut off');
    await expect(codec({ ...older, id: newer.id }).decode([one])).rejects.toThrow('cannot be opened');
  });

  it('are left as they are for a person when they cannot be opened', async () => {
    const one = await sealed('x', newer);
    expect(readablePayload(one, [older])).toBe(one);
    expect(defaultPayloadConverter.fromPayload(readablePayload(one, [newer]))).toBe('x');
  });
});
