/** Converts histories to Temporal's JSON form and back. */
import { createRequire } from 'node:module';
import type { temporal } from '@temporalio/proto';
import type * as Proto from '@temporalio/proto';
import { patchProtobufRoot } from '@temporalio/proto/lib/patch-protobuf-root.js';

type History = temporal.api.history.v1.IHistory;

export interface HistoryJson {
  events: { eventType: string; [field: string]: unknown }[];
}

interface ProtoJson {
  toJson: (type: object, message: object) => unknown;
  fromJson: (type: object, json: unknown) => History;
}

const require = createRequire(import.meta.url);
const proto = require('@temporalio/proto') as typeof Proto;

/**
 * The converter next to the message types. The SDK's own `historyToJSON` uses the one next to itself, which works only if
 * npm has installed a single copy of protobufjs for both.
 */
const { toJson, fromJson } = createRequire(require.resolve('@temporalio/proto'))(
  'protobufjs/ext/protojson',
) as ProtoJson;

const historyType = (patchProtobufRoot(proto as never) as { lookupType(name: string): object }).lookupType(
  'temporal.api.history.v1.History',
);

export function toTemporalJson(history: History): HistoryJson {
  const message = proto.temporal.api.history.v1.History.fromObject(history);
  return toJson(historyType, message) as HistoryJson;
}

export function fromTemporalJson(json: HistoryJson): History {
  return fromJson(historyType, json);
}
