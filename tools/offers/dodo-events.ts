/** Events as Dodo sends them, made from what Dodo has: for an endpoint on this machine, which Dodo cannot reach. */
import { randomUUID } from 'node:crypto';
import { createDodo, type Dodo } from '../../src/dodo/client.js';
import { readDodo } from '../../src/config/dodo.js';
import { ConfigError, createReader, type Environment } from '../../src/config/reader.js';
import { DAY, SECOND } from '../../src/domain/duration.js';
import { HANDLED_EVENTS } from '../../src/webhooks/events.js';
import { webhookHeaders } from '../../src/webhooks/sign.js';
import { CommandFailure } from './api.js';

export type EventType = (typeof HANDLED_EVENTS)[number];

export interface DodoEvent {
  type: EventType;
  /** Of the object it is about. */
  id: string;
  body: { business_id: string; type: string; timestamp: string; data: Record<string, unknown> };
}

export interface EventTarget {
  dodo: Dodo;
  secret: Buffer;
}

type Row = Record<string, unknown>;

interface Kind {
  payload: string;
  status: string;
  list: (dodo: Dodo, since?: string) => AsyncIterable<unknown>;
  idOf: (row: Row) => string;
  read: (dodo: Dodo, id: string) => PromiseLike<unknown>;
}

const PAGE = 100;
const from = (since?: string) => ({ page_size: PAGE, ...(since && { created_at_gte: since }) });

const KINDS: Record<string, Kind> = {
  payment: {
    payload: 'Payment',
    status: 'status',
    list: (dodo, since) => dodo.payments.list(from(since)),
    idOf: ({ payment_id }) => String(payment_id),
    read: (dodo, id) => dodo.payments.retrieve(id),
  },
  subscription: {
    payload: 'Subscription',
    status: 'status',
    list: (dodo, since) => dodo.subscriptions.list(from(since)),
    idOf: ({ subscription_id }) => String(subscription_id),
    read: (dodo, id) => dodo.subscriptions.retrieve(id),
  },
  refund: {
    payload: 'Refund',
    status: 'status',
    list: (dodo, since) => dodo.refunds.list(from(since)),
    idOf: ({ refund_id }) => String(refund_id),
    read: (dodo, id) => dodo.refunds.retrieve(id),
  },
  dispute: {
    payload: 'Dispute',
    status: 'dispute_status',
    list: (dodo, since) => dodo.disputes.list(from(since)),
    idOf: ({ dispute_id }) => String(dispute_id),
    read: (dodo, id) => dodo.disputes.retrieve(id),
  },
};

/**
 * Reads which Dodo to look at, and the key that the endpoint expects.
 *
 * @throws CommandFailure when the environment names none, or a live one
 */
export function eventTarget(env: Environment): EventTarget {
  const reader = createReader(env);
  const dodo = readDodo(reader, {
    mayUseSandbox: false,
    receivesWebhooks: true,
    mayPoll: false,
    mayBeLive: false,
  });
  const [secret] = dodo?.webhookSecrets ?? [];
  if (!dodo || dodo.sandbox || !secret) throw new CommandFailure(new ConfigError(reader.problems).message, 2);
  if (dodo.live) throw new CommandFailure('Events are made in test mode only.', 2);
  return { dodo: createDodo(dodo.apiKey, dodo.target), secret };
}

/**
 * Makes an event about one object as it is at Dodo.
 *
 * @param id of the object; the newest of its kind by default
 * @param changes replaces members of the object, by their path: `status`, `customer.email`
 */
export async function eventAbout(
  { dodo }: EventTarget,
  type: EventType,
  id?: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<DodoEvent> {
  const kind = kindOf(type);
  const [noun = ''] = type.split('.');
  let known = id;
  if (known === undefined) {
    for await (const row of kind.list(dodo)) {
      known = kind.idOf(row as Row);
      break;
    }
  }
  if (known === undefined) throw new CommandFailure(`Dodo has no ${noun} that ${type} could be about.`, 1);
  const object = await Promise.resolve(kind.read(dodo, known)).catch((error: unknown) => {
    throw new CommandFailure(`The ${noun} ${known} cannot be read: ${messageOf(error)}`, 1);
  });
  const data = structuredClone(object) as Row;
  for (const [path, value] of Object.entries(changes)) put(data, path, value);
  return eventOf(type, known, data, kind);
}

/** Sends an event as Dodo would. Returns the status of the answer. */
export async function deliver(
  { secret }: EventTarget,
  { body }: DodoEvent,
  url: string,
  id = `trigger_${randomUUID()}`,
): Promise<number> {
  const text = JSON.stringify(body);
  const timestamp = Math.floor(Date.now() / SECOND);
  const response = await fetch(url, {
    method: 'POST',
    headers: webhookHeaders({ id, timestamp, body: text, secret }),
    body: text,
  }).catch(() => {
    throw new CommandFailure(`${url} cannot be reached.`, 3);
  });
  await response.body?.cancel();
  return response.status;
}

export interface Listener {
  /** Returns what has happened since the last call; the first one, what has happened since `since`. */
  poll: () => Promise<DodoEvent[]>;
}

/** What is older than this does not change any more while somebody listens. */
const WATCHED = DAY;

/** Watches Dodo's lists for objects that are new or have got another status. */
export function listener({ dodo }: EventTarget, since: Date): Listener {
  const seen = new Map<string, unknown>();
  const start = new Date(since.getTime() - WATCHED).toISOString();
  let isFirst = true;
  return {
    async poll() {
      const events: DodoEvent[] = [];
      for (const [noun, kind] of Object.entries(KINDS)) {
        for await (const listed of kind.list(dodo, start)) {
          const row = listed as Row;
          const id = kind.idOf(row);
          const status = row[kind.status];
          if (seen.get(id) === status) continue;
          seen.set(id, status);
          const type = typeOf(noun, status);
          // What was there before is no news.
          const isOld = isFirst && Date.parse(String(row.created_at)) < since.getTime();
          if (type === undefined || isOld) continue;
          events.push(eventOf(type, id, (await kind.read(dodo, id)) as Row, kind));
        }
      }
      isFirst = false;
      return events.sort((one, other) => createdAt(one).localeCompare(createdAt(other)));
    },
  };
}

/** The same event has the same id, so that hearing of it twice has no second effect. */
export function deliveryId({ type, id }: DodoEvent): string {
  return `listen_${id}_${type.replace('.', '_')}`;
}

const createdAt = ({ body: { data } }: DodoEvent) =>
  typeof data.created_at === 'string' ? data.created_at : '';

function eventOf(type: EventType, id: string, data: Row, { payload }: Kind): DodoEvent {
  const business_id = typeof data.business_id === 'string' ? data.business_id : '';
  const timestamp = new Date().toISOString();
  return { type, id, body: { business_id, type, timestamp, data: { payload_type: payload, ...data } } };
}

function kindOf(type: EventType): Kind {
  const kind = KINDS[type.split('.')[0] ?? ''];
  if (!kind) throw new Error(`unreachable: no kind of ${type}`);
  return kind;
}

/** Returns the event that tells of a status; undefined for those that Dodo tells nobody of. */
function typeOf(noun: string, status: unknown): EventType | undefined {
  const type = `${noun}.${String(status).replace(/^dispute_/, '')}`;
  return HANDLED_EVENTS.find((one) => one === type);
}

function put(object: Row, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let at: Row = object;
  for (const key of keys) {
    const next = Object.hasOwn(at, key) ? at[key] : undefined;
    if (typeof next !== 'object' || next === null)
      throw new CommandFailure(`The object has no ${path}: ${key} holds no members.`, 2);
    at = next as Row;
  }
  Object.defineProperty(at, last, { value, enumerable: true, configurable: true, writable: true });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
