/**
 * The lock of a subscription: whichever run has the id `plan-change/<subscriptionId>`. A run that finds it taken asks the
 * holder. The holder may be carrying out this very offer, because the asking run was reset; or it has nothing but an
 * unpaid fallback, which a newer wish of the customer replaces.
 */
import {
  condition,
  getExternalWorkflowHandle,
  patched,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { adoptPlanChange, planChangeAnswer, supersedePlanChange } from '../src/contract/messages.js';
import type { PlanChangeAnswer, PlanChangeClaim } from '../src/contract/plan-change.js';
import { PATCHES } from './patches.js';
import { HOUR, MINUTE, SECOND } from './units.js';

type Result = Extract<PlanChangeAnswer, { kind: 'ended' }>['result'];
type Reply = PlanChangeAnswer extends infer A
  ? A extends unknown
    ? Omit<A, 'presentationId'>
    : never
  : never;

/** The lock, for the run that holds it. */
export interface HeldLock {
  /** Sets whether a newer wish may be let in. While it may not, every one is refused at once. */
  mayYield(may: boolean): void;
  /** Checks for a newer wish that waits for an answer. */
  isWanted(): boolean;
  /** Refuses the wishes that wait. */
  refuse(): void;
  /** Lets the wishes that wait have the lock. The run must end now. */
  release(link: boolean): void;
  /** Tells the runs that adopted this one how it ended, and waits until every answer has arrived. */
  close(result: Result): Promise<void>;
}

/**
 * Takes claims on the lock from now on.
 *
 * @param onAdopted called when a run that was reset has found this one again
 */
export function holdLock(presentationId: string, onAdopted: () => void = () => {}): HeldLock {
  const adopters = new Set<string>();
  let waiting: PlanChangeClaim[] = [];
  let yielding = false;
  let sent: Promise<void>[] = [];

  function send({ from, presentationId: claimed }: PlanChangeClaim, reply: Reply): void {
    const answer = { presentationId: claimed, ...reply };
    sent.push(
      getExternalWorkflowHandle(from)
        .signal(planChangeAnswer, answer)
        .catch(() => undefined),
    );
  }
  function answerWaiting(reply: Reply): void {
    for (const claim of waiting) send(claim, reply);
    waiting = [];
  }

  setHandler(
    adoptPlanChange,
    (claim: Partial<PlanChangeClaim> | undefined) => {
      if (!isClaim(claim)) return;
      if (claim.presentationId !== presentationId) return send(claim, { kind: 'refused' });
      adopters.add(claim.from);
      send(claim, { kind: 'adopted' });
      onAdopted();
    },
    { description: 'A purchase run was reset, and asks whether this run carries out its offer.' },
  );
  setHandler(
    supersedePlanChange,
    (claim: Partial<PlanChangeClaim> | undefined) => {
      if (!isClaim(claim)) return;
      if (yielding && claim.presentationId !== presentationId) waiting.push(claim);
      else send(claim, { kind: 'refused' });
    },
    { description: 'The customer wants another change: it replaces this one if only its fallback is open.' },
  );

  return {
    mayYield(may) {
      yielding = may;
      if (!may) answerWaiting({ kind: 'refused' });
    },
    isWanted: () => waiting.length > 0,
    refuse: () => answerWaiting({ kind: 'refused' }),
    release: (link) => answerWaiting({ kind: 'released', link }),
    async close(result) {
      yielding = false;
      answerWaiting({ kind: 'refused' });
      for (const from of adopters) send({ from, presentationId }, { kind: 'ended', result });
      while (sent.length > 0) {
        const answers = sent;
        sent = [];
        await Promise.all(answers);
      }
    },
  };
}

function isClaim(claim: Partial<PlanChangeClaim> | undefined): claim is PlanChangeClaim {
  return typeof claim?.presentationId === 'string' && typeof claim.from === 'string';
}

/** How long the holder may take to answer. It may have to read Dodo first. */
const ANSWER_WITHIN = 3 * MINUTE;
/** How often the lock is tried while its holder is about to end. */
const TRIES = 30;
/** The longest interval at which an adopted run is asked whether it is still there. */
const LONGEST_ASK = HOUR;

export type Taken<T> =
  /** The caller has the lock, by a run of its own. */
  | { kind: 'taken'; run: T }
  /** Another change is under way. */
  | { kind: 'refused' }
  /** The holder carries out this very offer. */
  | { kind: 'adopted'; holder: AdoptedRun }
  /** The holder may be carrying out this very offer, and does not answer. */
  | { kind: 'silent'; holder: AdoptedRun };

/** A run that is not this one's child, and carries out its offer. */
export interface AdoptedRun {
  /** How it ended, if it has told so. */
  ended(): Result | undefined;
  /** Waits until it tells how it ended. Undefined when it was ended from outside, or no longer answers. */
  result(): Promise<Result | undefined>;
}

/**
 * Takes the lock, by asking its holder if it is taken.
 *
 * @param start starts the run that is to hold the lock; undefined when the id is taken. `replaces`: an unpaid fallback
 *   had to make way
 */
export async function takeLock<T>(
  holderId: string,
  presentationId: string,
  start: (replaces: { link: boolean } | undefined) => Promise<T | undefined>,
): Promise<Taken<T>> {
  let replaces: { link: boolean } | undefined;
  let ask: ReturnType<typeof askHolder> | undefined;
  for (let tries = 0; tries < TRIES; tries += 1) {
    // A holder that has said that it ends needs a moment for it.
    if (tries > 0) await sleep(SECOND, { summary: 'waiting for the lock of the subscription' });
    const run = await start(replaces);
    if (run !== undefined) return { kind: 'taken', run };
    if (!patched(PATCHES.planChangeLock)) return { kind: 'refused' };
    ask ??= askHolder(holderId, presentationId);
    const whose = await ask.adopt();
    if (whose === 'gone') continue;
    if (whose === 'silent') {
      const { runId, originalExecutionRunId } = workflowInfo();
      return runId === originalExecutionRunId ? { kind: 'refused' } : { kind: 'silent', holder: ask.holder };
    }
    if (whose.kind !== 'refused') return { kind: 'adopted', holder: ask.holder };
    const wish = await ask.supersede();
    if (wish === 'gone') continue;
    if (wish === 'silent' || wish.kind !== 'released') return { kind: 'refused' };
    replaces = { link: wish.link || replaces?.link === true };
  }
  return { kind: 'refused' };
}

/** Starts the run that is to hold a lock. Undefined when its id is taken. */
export async function unlessTaken<T>(start: () => Promise<T>): Promise<T | undefined> {
  try {
    return await start();
  } catch (failure) {
    if (!(failure instanceof WorkflowExecutionAlreadyStartedError)) throw failure;
    return undefined;
  }
}

type Heard = PlanChangeAnswer | 'gone' | 'silent';

function askHolder(holderId: string, presentationId: string) {
  let answer: PlanChangeAnswer | undefined;
  let ended: Result | undefined;
  setHandler(
    planChangeAnswer,
    (heard: PlanChangeAnswer | undefined) => {
      if (heard?.presentationId !== presentationId) return;
      answer = heard;
      if (heard.kind === 'ended') ended = heard.result;
    },
    { description: 'The run that holds the lock of the subscription answers.' },
  );
  // Answers to the run that this one was before it was reset come again: they are old.
  ended = undefined;

  async function ask(question: typeof adoptPlanChange): Promise<Heard> {
    answer = undefined;
    const claim: PlanChangeClaim = { presentationId, from: workflowInfo().workflowId };
    try {
      await getExternalWorkflowHandle(holderId).signal(question, claim);
    } catch {
      return 'gone';
    }
    await condition(() => answer !== undefined, ANSWER_WITHIN, {
      summary: 'waiting for the run that holds the subscription',
    });
    return answer ?? 'silent';
  }

  const holder: AdoptedRun = {
    ended: () => ended,
    async result() {
      for (let pause = MINUTE; ; pause = Math.min(pause * 2, LONGEST_ASK)) {
        await condition(() => ended !== undefined, pause, { summary: 'waiting for the change under way' });
        if (ended !== undefined) return ended;
        // Nobody tells this run when that one is terminated.
        const heard = await ask(adoptPlanChange);
        if (ended !== undefined) return ended;
        if (typeof heard === 'string' || heard.kind === 'refused') return undefined;
      }
    },
  };
  return {
    adopt: () => ask(adoptPlanChange),
    supersede: () => ask(supersedePlanChange),
    holder,
  };
}
