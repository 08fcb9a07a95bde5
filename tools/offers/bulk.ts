/** `npm run offers -- select|recall|bulk ...`: commands on many things at once. */
import { readFile } from 'node:fs/promises';
import { InvalidArgumentError, Option } from 'commander';
import { CommandFailure, type Api } from './api.js';

export interface CommandLine {
  usage: string;
  description: string;
  act: (api: Api, args: string[], options: object) => Promise<unknown>;
  options: Option[];
}

interface Where {
  ids?: string;
  offer?: string;
  funnel?: string;
  step?: string;
  catalog?: string;
  price?: number;
  currency?: string;
  from?: string;
  to?: string;
  tz?: string;
  pace?: number;
}

const SELECTABLE = ['withdraw', 'extend', 'retry-notification'];

/** Returns the commands. @param reason the option that every order needs */
export function bulkCommandLines(reason: Option): CommandLine[] {
  const where = [
    new Option('--ids <file>', 'a list or CSV file with the ids that are meant; - for standard input'),
    new Option('--offer <id>', 'only of this offer'),
    new Option('--funnel <id>', 'only of this funnel'),
    new Option('--step <id>', 'only of this step'),
    new Option('--catalog <hash>', 'only made from this version of the catalog'),
    new Option('--price <minor units>', 'only shown at this price').argParser(wholeNumber),
    new Option('--currency <code>', 'only in this currency'),
    new Option('--from <time>', 'only shown since'),
    new Option('--to <time>', 'only shown until'),
    new Option('--tz <zone>', 'the time zone of --from and --to'),
    new Option('--pace <rows>', 'rows a minute').argParser(wholeNumber),
  ];
  return [
    {
      usage: 'select <command>',
      description: `freeze a selection for ${SELECTABLE.join(', ')}, and show what it concerns; nothing is ordered yet`,
      act: (api, [command = ''], options) => {
        const { until, ...rest } = options as Where & { until?: string };
        if (!SELECTABLE.includes(command))
          throw new CommandFailure(`select takes ${SELECTABLE.join(', ')}, not ${command}.`, 2);
        return select(api, command.replace('-', '_'), rest, { ...(until !== undefined && { until }) });
      },
      options: [...where, new Option('--until <time>', 'for extend')],
    },
    {
      usage: 'recall',
      description:
        'freeze who has a wrong price open and who paid it, and show how much goes back; nothing is ordered yet',
      act: (api, _args, options) => {
        const { right, currency, ...rest } = options as Where & { right: number };
        if (currency === undefined) throw new CommandFailure('Say the --currency of the right price.', 2);
        return select(api, 'recall', { ...rest, currency }, { rightPrice: { amount: right, currency } });
      },
      options: [
        ...where,
        new Option('--right <minor units>', 'what one should have cost altogether, tax included')
          .makeOptionMandatory()
          .argParser(wholeNumber),
      ],
    },
    {
      usage: 'bulk [id]',
      description: 'the latest commands in bulk, or how far one is',
      act: async (api, [id]) =>
        id === undefined
          ? ((await api.get('/api/bulk')) as { bulk: unknown }).bulk
          : api.get(`/api/bulk/${encodeURIComponent(id)}`),
      options: [],
    },
    {
      usage: 'bulk-rows <id>',
      description: 'every row of a command in bulk with its result, as CSV',
      act: (api, [id = '']) => api.read(`/api/bulk/${encodeURIComponent(id)}/rows.csv`),
      options: [],
    },
    ...(['start', 'abort'] as const).map((order) => ({
      usage: `bulk-${order} <id>`,
      description: order === 'start' ? 'order what was selected' : 'let no further row of it begin',
      act: (api: Api, [id = '']: string[], options: object) =>
        api.post(`/api/bulk/${encodeURIComponent(id)}/${order}`, {
          reason: (options as { reason: string }).reason,
        }),
      options: [reason],
    })),
  ];
}

async function select(
  api: Api,
  command: string,
  { ids, offer, funnel, step, catalog, price, currency, from, to, tz, pace }: Where,
  parameters: object,
): Promise<unknown> {
  const selection = {
    ...(ids !== undefined && { ids: await idsIn(ids) }),
    offerId: offer,
    funnelId: funnel,
    step,
    catalogHash: catalog,
    price,
    currency,
    from,
    to,
    tz,
  };
  return api.post('/api/bulk', { command, select: selection, perMinute: pace, ...parameters });
}

/** Reads every id in a file, whatever stands around it. */
async function idsIn(file: string): Promise<string[]> {
  const text = file === '-' ? await standardInput() : await readFile(file, 'utf8');
  const found = text.match(/\b(?:prs_[A-Za-z0-9_-]{1,100}|ntf_[0-9a-f]{24})\b/g) ?? [];
  if (found.length === 0) throw new CommandFailure(`There are no ids in ${file}.`, 2);
  return [...new Set(found)];
}

async function standardInput(): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It has to be a whole number.');
  return Number(text);
}
