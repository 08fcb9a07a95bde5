/** `npm run offers -- <command>`: what operators look up and order, from a terminal. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { PAUSABLE } from '../../src/domain/pause.js';
import { loadDotEnv } from '../../src/config/dotenv.js';
import { CommandFailure, connect, type Api, type ApiOptions } from './api.js';
import { bulkCommandLines } from './bulk.js';
import { eventCommandLines } from './event-commands.js';
import { inLines } from './print.js';
import { verifyReceiptFile } from './verify-receipt.js';
import { ReceiptError } from '../../src/http/receipts/verify.js';

const path = (...parts: string[]) => `/${parts.map(encodeURIComponent).join('/')}`;

/** Returns the command line. */
function commandLine(): Command {
  const program = new Command('npm run offers --')
    .description('Looks up and orders what the dashboard does. Every order needs a reason, which is kept.')
    .option('--api <url>', 'the API; default: API_URL, else localhost at PORT')
    .option('--key <key>', 'an operator key; default: the first of OPERATOR_KEYS')
    .option('--json', 'print the answer as JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 refused, 2 not given as it has to be, 3 the system cannot be reached or cannot do it now.',
    )
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text) });

  /** Adds a command that answers with what `act` returns. */
  function add<A extends string[], O extends object>(
    usage: string,
    description: string,
    act: (api: Api, args: A, options: O) => Promise<unknown>,
    options: Option[] = [],
  ): void {
    const command = program.command(usage).description(description).exitOverride();
    for (const option of options) command.addOption(option);
    command.action(async (...given: unknown[]) => {
      const own = command.opts<O>();
      const { json, ...target } = program.opts<ApiOptions & { json?: true }>();
      const args = given.slice(0, -2) as A;
      const answer = await act(connect(target), args, own);
      if (typeof answer === 'string') process.stdout.write(answer);
      else process.stdout.write(json ? `${JSON.stringify(answer)}\n` : `${inLines(answer).join('\n')}\n`);
    });
  }

  const reason = new Option(
    '--reason <text>',
    'why; it is written into the audit trail',
  ).makeOptionMandatory();
  type Why = { reason: string };

  add<[string], object>(
    'show <id>',
    'the story of a customer, payment, subscription, purchase, offer, refund, ...',
    (api, [id]) => show(api, id),
  );
  add<[], { status?: string; kind?: string }>(
    'reviews',
    'money and access in doubt',
    async (api, _args, { status, kind }) => {
      const query = new URLSearchParams({ limit: '200', ...(status && { status }), ...(kind && { kind }) });
      return ((await api.get(`/api/reviews?${query.toString()}`)) as { reviews: unknown }).reviews;
    },
    [
      new Option('--status <status>').choices(['open', 'resolved']).default('open'),
      new Option('--kind <kind>', 'only of this kind'),
    ],
  );
  add<[], object>(
    'notifications',
    'notifications that could not be delivered',
    async (api) =>
      ((await api.get('/api/notifications/dead?limit=200')) as { notifications: unknown }).notifications,
  );
  add<[], object>(
    'pauses',
    'offers and funnels that are paused everywhere',
    async (api) => ((await api.get('/api/pauses')) as { pauses: unknown }).pauses,
  );
  add<[], { from?: string; to?: string }>(
    'shadow-funnels',
    'what funnels in shadow would have done',
    async (api, _args, period) => {
      const query = new URLSearchParams({ ...period });
      return ((await api.get(`/api/reports/shadow-funnels?${query.toString()}`)) as { funnels: unknown })
        .funnels;
    },
    [
      new Option('--from <day>', 'such as 2026-12-01; default: all there is'),
      new Option('--to <day>', 'the last day'),
    ],
  );
  add<[], { subject?: string }>(
    'audit',
    'the latest orders',
    async (api, _args, { subject }) => {
      const query = new URLSearchParams({ limit: '200', ...(subject && { subject }) });
      return ((await api.get(`/api/audit?${query.toString()}`)) as { entries: unknown }).entries;
    },
    [new Option('--subject <id>', 'only those about this id')],
  );

  add<[string], Why & { until: string }>(
    'extend <presentation>',
    'move the end of an open offer',
    (api, [id], { until, reason: why }) =>
      api.post(path('api', 'presentations', id, 'extend'), { until, reason: why }),
    [
      new Option('--until <time>', 'such as 2026-12-01T00:00:00Z').makeOptionMandatory().argParser(parseTime),
      reason,
    ],
  );
  add<[string], Why>(
    'withdraw <presentation>',
    'take an open offer back',
    (api, [id], { reason: why }) => api.post(path('api', 'presentations', id, 'withdraw'), { reason: why }),
    [reason],
  );
  add<[string], Why & { paid?: true; notPaid?: true; payment?: string }>(
    'resolve <id>',
    'decide a review (rev_...), or the review of an offer (prs_...)',
    (api, [id], { paid, notPaid, payment, reason: why }) => {
      if ((paid === undefined) === (notPaid === undefined))
        throw new CommandFailure('Say either --paid or --not-paid.', 2);
      const folder = id.startsWith('prs_') ? 'presentations' : 'reviews';
      return api.post(path('api', folder, id, 'resolve'), {
        paid: paid === true,
        ...(payment !== undefined && { paymentId: payment }),
        reason: why,
      });
    },
    [
      new Option('--paid', 'it was paid'),
      new Option('--not-paid', 'it was not paid'),
      new Option('--payment <id>', 'the payment that is meant'),
      reason,
    ],
  );
  add<[string], Why>(
    'close <purchase>',
    'end a run that is dead or stuck, and free its customer',
    (api, [id], { reason: why }) => api.post(path('api', 'purchases', id, 'close'), { reason: why }),
    [reason],
  );
  add<[string], Why>(
    'evaluate <purchase>',
    'look once more for an offer for a purchase that ended without one',
    (api, [id], { reason: why }) => api.post(path('api', 'purchases', id, 'evaluate'), { reason: why }),
    [reason],
  );
  add<[string], Why>(
    'retry-notification <id>',
    'send a dead notification (ntf_...) again',
    (api, [id], { reason: why }) => api.post(path('api', 'notifications', id, 'redeliver'), { reason: why }),
    [reason],
  );
  add<[string], object>(
    'export-customer <customer>',
    'everything that is held about a customer; with --json, to be given to them',
    (api, [id]) => api.get(path('api', 'customers', id, 'data')),
  );
  add<[string], Why>(
    'erase-customer <customer>',
    'delete what is held about a customer, and leave what bookkeeping keeps without a name',
    (api, [id], { reason: why }) => api.delete(path('api', 'customers', id, 'data'), { reason: why }),
    [reason],
  );
  for (const order of ['pause', 'unpause'])
    add<[string, string], Why>(
      `${order} <kind> <id>`,
      order === 'pause' ? 'show an offer or a funnel to nobody any more' : 'show it again',
      (api, [kind, id], { reason: why }) => {
        if (!(PAUSABLE as readonly string[]).includes(kind))
          throw new CommandFailure(`${order} takes ${PAUSABLE.join(' or ')}, not ${kind}.`, 2);
        return api.post(path('api', `${kind}s`, id, order), { reason: why });
      },
      [reason],
    );
  for (const { usage, description, act, options } of bulkCommandLines(reason))
    add(usage, description, act, options);
  eventCommandLines(program);
  program
    .command('verify-receipt <file>')
    .description('check a signed receipt without a connection, and print it as evidence for a dispute')
    .option('--jwks <file>', 'what GET /.well-known/jwks.json answers: whose receipt it must be')
    .exitOverride()
    .action(async (file: string, { jwks }: { jwks?: string }) => {
      process.stdout.write(`${(await verifyReceiptFile(file, jwks)).join('\n')}\n`);
    });
  return program;
}

/** Reads the one record that tells the story of an id. */
async function show(api: Api, id: string): Promise<unknown> {
  const place = (await api.get(`/api/search?q=${encodeURIComponent(id)}`)) as {
    kind: string;
    purchaseId?: string;
    reviewId?: string;
  };
  if (place.kind === 'review') return api.get(path('api', 'reviews', place.reviewId ?? ''));
  if (place.kind === 'purchase') return api.get(path('api', 'purchases', place.purchaseId ?? ''));
  return place;
}

function isMissingFile(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function parseTime(text: string): string {
  if (Number.isNaN(Date.parse(text))) throw new InvalidArgumentError('It has to be a time.');
  return new Date(text).toISOString();
}

try {
  loadDotEnv();
  await commandLine().parseAsync();
} catch (error) {
  // Help was asked for, or commander has said what is wrong.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof CommandFailure) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  } else if (error instanceof ReceiptError || isMissingFile(error)) {
    process.stderr.write(`${isMissingFile(error) ? `There is no file ${error.path}.` : error.message}\n`);
    process.exitCode = 1;
  } else throw error;
}
