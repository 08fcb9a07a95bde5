/** Runs random commands against a purchase run, and compares the run with the reference model. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { agree, type Command, type Real } from './model-commands.js';
import type { PurchaseRun } from './purchase-run.js';
import { STEPS, TIMING, WINDOW, newReference, type Reference, type StepId } from './reference-model.js';
import type { WorkflowHarness } from './workflow-harness.js';
import { DAY, MINUTE, SECOND } from './purchase-fixture.js';

/** Many of them do not apply in the state of the run, and are skipped. */
const MAX_COMMANDS = 25;
/** No state is further from the end than this. */
const LAST_COMMANDS = 20;
/** In real time, on a busy machine. */
export const TIME_PER_RUN = 12 * SECOND;

async function begin(harness: WorkflowHarness): Promise<Real> {
  const run = await harness.buy({
    fixture: { steps: STEPS, windowMs: WINDOW },
    input: { timing: TIMING },
    script: ({ books }) => void (books.proven = true),
  });
  return { harness, run, replies: [], unsent: 0 };
}

/** Lets Dodo recover, and leads the run to its end. */
async function finish(reference: Reference, real: Real, towardsTheEnd: readonly Command[]): Promise<void> {
  for (let left = LAST_COMMANDS; reference.place !== 'ended'; left--) {
    const command = towardsTheEnd.find((candidate) => candidate.check(reference));
    if (!command || left === 0) throw new Error(`The run does not end: it is at ${reference.place}.`);
    await command.run(reference, real);
  }
}

function closings({ activities }: PurchaseRun) {
  const settled = activities.inputs('settle').flatMap(({ presentation }) => presentation ?? []);
  return [...activities.inputs('present').flatMap(({ previous }) => previous ?? []), ...settled];
}

/** Longer than a refund is followed. */
const REFUNDED_BY = 20 * DAY;

/** Every payment that does not count goes back, each by a run of its own that follows it to its end. */
async function inspectMoney({ besides, refunds }: Reference, { run, harness }: Real): Promise<void> {
  const { activities } = run;
  const ids = [...besides].sort();
  if (ids.length > 0) {
    await activities.called('settleLatePayment', ids.length);
    await activities.called('compensate', ids.length);
    if (refunds !== 'at once') await harness.sleep(refunds === 'never' ? REFUNDED_BY : MINUTE);
    if (refunds === 'never') await activities.called('giveUpCompensation', ids.length);
    else if (refunds !== 'at once') await activities.called('compensate', 3 * ids.length);
  }
  const handedOver = activities.inputs('settleLatePayment').map(({ paymentId }) => paymentId);
  expect(handedOver.sort()).toEqual(ids);
  const givenUp = activities
    .inputs('giveUpCompensation')
    .flatMap((one) => (one.kind === 'refund' ? [one.paymentId] : []));
  expect(givenUp.sort()).toEqual(refunds === 'never' ? ids : []);
  const isRefunded = refunds === 'at once' || refunds === 'later';
  expect([...activities.books.refunded].sort()).toEqual(isRefunded ? ids : []);
}

async function inspect(reference: Reference, real: Real): Promise<void> {
  const { run, replies, unsent } = real;
  const { activities } = run;
  const { decisions } = reference;
  expect(await run.result()).toMatchObject({ outcome: reference.outcome });
  expect(activities.inputs('settle')).toMatchObject([{ outcome: reference.outcome }]);

  // Each attempt was sent once, never without acceptance, and none that the reference does not expect.
  const sent = activities.inputs('charge');
  expect(new Set(sent.map(({ attemptId }) => attemptId)).size).toBe(sent.length);
  expect(sent.length - unsent).toBe(reference.sends);
  const accepted = [...(Object.keys(decisions) as StepId[]), ...reference.repriced]
    .filter((step) => decisions[step] === 'accepted' || reference.repriced.includes(step))
    .map((step) => run.presentation(step));
  for (const { presentationId } of sent) expect(accepted).toContain(presentationId);

  // The first decision on each presentation is the one that is recorded.
  const closed = closings(run);
  expect(closed.map(({ presentationId }) => presentationId)).toEqual(
    (Object.keys(decisions) as StepId[]).map((step) => run.presentation(step)),
  );
  for (const [step, decision] of Object.entries(decisions)) {
    const closing = closed.find(({ presentationId }) => presentationId === run.presentation(step));
    expect(closing?.patch.decision).toBe(decision);
    expect(closing?.patch.viewedAt !== undefined).toBe(reference.viewed.includes(step as StepId));
  }

  await inspectMoney(reference, real);

  // Every caller got a matching answer.
  for (const { wanted, step, ended, reply } of replies) {
    const answer = await reply;
    const decision = decisions[step];
    if ('decision' in answer) {
      expect([answer.decision, decision]).toEqual([wanted, wanted]);
    } else if (ended) {
      expect(answer.refused).toBeUndefined();
    } else if (answer.refused === 'price_changed') {
      expect(reference.repriced).toContain(step);
    } else {
      const code =
        decision === 'expired' || decision === 'withdrawn' ? `presentation_${decision}` : 'already_decided';
      expect(answer.refused).toBe(code);
      if (code === 'already_decided') expect(answer.won).toBe(decision);
      expect(decision).not.toBe(wanted);
    }
  }
}

/** `MODEL_SEED` repeats earlier runs. */
const SEED = process.env.MODEL_SEED;

/**
 * Checks random runs against the reference model. Reports the first disagreement with the shortest list of commands that
 * leads to it, and with the seed.
 *
 * @param towardsTheEnd commands for a run that has not ended: the first that applies, repeatedly
 * @throws Error with the counterexample
 */
export async function checkAgainstReference(
  harness: WorkflowHarness,
  commands: fc.Arbitrary<Command>[],
  numRuns: number,
  towardsTheEnd: readonly Command[],
  seed = SEED === undefined ? undefined : Number(SEED),
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: MAX_COMMANDS, size: 'max' }), async (happening) => {
      const real = await begin(harness);
      const reference = newReference(await harness.now());
      try {
        await agree(reference, real);
        await fc.asyncModelRun(() => ({ model: reference, real }), happening);
        await finish(reference, real, towardsTheEnd);
        await inspect(reference, real);
      } finally {
        await harness.endRuns();
      }
    }),
    { numRuns, ...(seed !== undefined && { seed }) },
  );
}
