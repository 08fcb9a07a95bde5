/** `trigger` and `listen`: events of Dodo for an endpoint on this machine. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import { parseDuration } from '../../src/domain/duration.js';
import { HANDLED_EVENTS } from '../../src/webhooks/events.js';
import { CommandFailure } from './api.js';
import {
  deliver,
  deliveryId,
  eventAbout,
  eventTarget,
  listener,
  type DodoEvent,
  type EventType,
} from './dodo-events.js';

interface Changes {
  [path: string]: unknown;
}

/** Adds the commands to `program`. They need the variables of Dodo and no operator key. */
export function eventCommandLines(program: Command): void {
  const to = () =>
    new Option('--to <url>', 'the endpoint; default: /webhooks/dodo below API_URL, else localhost at PORT');

  program
    .command('trigger')
    .description('sends an event, signed as by Dodo, about an object that the sandbox or test mode has')
    .addArgument(
      new Argument('<event>', 'its type').choices(
        HANDLED_EVENTS.filter((type) => !type.startsWith('abandoned_checkout.')),
      ),
    )
    .option('--id <id>', 'of the payment, subscription, refund or dispute; default: the newest one')
    .option('--set <path=value>', 'replaces a member of the object; may be repeated', readChange, {})
    .addOption(to())
    .exitOverride()
    .action(async (type: EventType, given: { id?: string; set: Changes; to?: string }) => {
      const target = eventTarget(process.env);
      const event = await eventAbout(target, type, given.id, given.set);
      const status = await deliver(target, event, given.to ?? endpoint());
      say(event, status);
      if (status >= 300) throw new CommandFailure(`The endpoint answered ${status}.`, status >= 500 ? 3 : 1);
    });

  program
    .command('listen')
    .description('shows what happens in the sandbox or test mode, and sends it to an endpoint, until Ctrl-C')
    .option('--since <duration>', 'begins with what was missed, such as 1h (default: now)', readDuration)
    .option('--every <duration>', 'how often Dodo is asked, with four requests (default: 5s)', readDuration)
    .option('--only-show', 'sends nothing')
    .addOption(to())
    .exitOverride()
    .action(async (given: { since?: number; every?: number; onlyShow?: true; to?: string }) => {
      const target = eventTarget(process.env);
      const watch = listener(target, new Date(Date.now() - (given.since ?? 0)));
      const stopping = new AbortController();
      void once(process, 'SIGINT').then(() => stopping.abort());
      while (!stopping.signal.aborted) {
        for (const event of await watch.poll()) {
          const status = given.onlyShow
            ? undefined
            : await deliver(target, event, given.to ?? endpoint(), deliveryId(event));
          say(event, status);
        }
        await sleep(given.every ?? 5_000, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    });
}

function endpoint(env = process.env): string {
  const api = env.API_URL ?? `http://localhost:${env.PORT ?? '3000'}`;
  return `${api.replace(/\/+$/, '')}/webhooks/dodo`;
}

function say({ type, id }: DodoEvent, status: number | undefined): void {
  process.stdout.write(`${type.padEnd(26)} ${id}${status === undefined ? '' : ` -> ${status}`}\n`);
}

function readChange(text: string, before: Changes): Changes {
  const [, path, value = ''] = /^([A-Za-z0-9_.]+)=(.*)$/s.exec(text) ?? [];
  if (path === undefined) throw new InvalidArgumentError('It is not path=value.');
  try {
    return { ...before, [path]: JSON.parse(value) as unknown };
  } catch {
    return { ...before, [path]: value };
  }
}

function readDuration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0) throw new InvalidArgumentError('It is not a duration such as 5s or 1h.');
  return ms;
}
