/** `--live-test`: finds out by real payments in test mode whether Dodo does what this program assumes. */
import { loadCatalog } from '../../../src/catalog/file/load.js';
import type { DodoSubject } from '../subject.js';
import { createDodo } from '../../../src/dodo/client.js';
import { explain } from '../calls.js';
import { recordingFetch, saveCalls, type RecordedCall } from './redact.js';
import { Stopped, walk, type WalkOptions } from './walk.js';

export interface LiveTest {
  dodo: DodoSubject;
  catalogPath: string;
  /** An origin, to which people come back from the checkout. */
  returnUrl: string;
  say: (line: string) => void;
  /** A folder for Dodo's answers. */
  save?: string;
  waitMs?: number;
  pollMs?: number;
}

const DEFAULT_WAIT_MS = 15 * 60_000;
const DEFAULT_POLL_MS = 2_000;

/** Walks, prints a line for each assumption, and returns whether all of them hold. */
export async function runLiveTest(input: LiveTest): Promise<boolean> {
  const { say, save, returnUrl, waitMs = DEFAULT_WAIT_MS, pollMs = DEFAULT_POLL_MS } = input;
  const catalog = await loadCatalog(input.catalogPath);
  const calls: RecordedCall[] = [];
  const { apiKey, target } = input.dodo;
  const dodo = createDodo(apiKey, target).withOptions({ fetch: recordingFetch(calls), logLevel: 'off' });
  let passed = true;
  const options: WalkOptions = {
    dodo,
    catalog,
    returnUrl,
    waitMs,
    pollMs,
    say,
    assume(holds, what, found) {
      if (!holds) passed = false;
      say(`${holds ? 'as assumed' : 'NOT SO   '}  ${what}${found === undefined ? '' : ` (${found})`}`);
    },
  };
  try {
    await walk(options);
  } catch (error) {
    passed = false;
    say(`The walk ended early: ${error instanceof Stopped ? error.message : explain(error)}.`);
  }
  if (save !== undefined) say(`Saved ${await saveCalls(save, calls)} answers in ${save}, redacted.`);
  say(
    passed ? 'Dodo does what this program assumes.' : 'Something is not as this program assumes: see above.',
  );
  return passed;
}
