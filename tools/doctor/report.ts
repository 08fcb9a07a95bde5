/** The doctor's findings, and how a group of checks is run within its time. */

export type CheckStatus = 'pass' | 'fail' | 'unknown';

/** One line of the report. The ids are stable. */
export interface Check {
  id: string;
  title: string;
  status: CheckStatus;
  /** What was found. Names no secret. */
  detail: string;
  /** What to do, for a check that did not pass. */
  remedy?: string;
}

export interface Report {
  /** False when a check failed. */
  ok: boolean;
  checks: Check[];
}

export type Finding = Pick<Check, 'status' | 'detail' | 'remedy'>;

export const pass = (detail: string): Finding => ({ status: 'pass', detail });
export const fail = (detail: string, remedy: string): Finding => ({ status: 'fail', detail, remedy });
export const unknown = (detail: string, remedy?: string): Finding => ({
  status: 'unknown',
  detail,
  ...(remedy !== undefined && { remedy }),
});

/** Checks that are made together. A check without a finding in the end is unknown. */
export interface Group<Id extends string = string> {
  /** Titles by id, in the order of the report. */
  titles: Record<Id, string>;
  run: (find: (id: Id, finding: Finding) => void) => Promise<void>;
}

/** Returns a group whose checks cannot be made. */
export function notMade<Id extends string>(titles: Record<Id, string>, why: string): Group<Id> {
  return {
    titles,
    run(find) {
      for (const id of Object.keys(titles) as Id[]) find(id, unknown(why));
      return Promise.resolve();
    },
  };
}

/** Makes a group of checks, and returns what was found by `deadline` at the latest. Never throws. */
export async function runGroup<Id extends string>(group: Group<Id>, deadline: AbortSignal): Promise<Check[]> {
  const found = new Map<string, Finding>();
  let missing = 'It was not reached.';
  const late = new Promise<void>((resolve) => {
    const onLate = () => {
      missing = 'There was no answer in time.';
      resolve();
    };
    if (deadline.aborted) onLate();
    else deadline.addEventListener('abort', onLate, { once: true });
  });
  const work = group
    .run((id, finding) => found.set(id, finding))
    .catch((error: unknown) => {
      missing = `It could not be looked at: ${reasonOf(error)}.`;
    });
  await Promise.race([work, late]);
  return Object.entries<string>(group.titles).map(([id, title]) => ({
    id,
    title,
    ...(found.get(id) ?? unknown(missing)),
  }));
}

export function reportOf(checks: Check[]): Report {
  return { ok: checks.every(({ status }) => status !== 'fail'), checks };
}

export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/[.\s]+$/, '');
}

const MARKS: Record<CheckStatus, string> = { pass: 'pass   ', fail: 'FAIL   ', unknown: 'unknown' };
const TITLE_WIDTH = 30;

/** Formats a report for people: a line for each check, and a line for each remedy. */
export function formatReport({ checks }: Report): string[] {
  return checks.flatMap(({ title, status, detail, remedy }) => [
    `${MARKS[status]}  ${title.padEnd(TITLE_WIDTH)} ${detail}`,
    ...(remedy === undefined
      ? []
      : [`${' '.repeat(MARKS.pass.length)}  ${' '.repeat(TITLE_WIDTH)} -> ${remedy}`]),
  ]);
}

/** Counts a report's findings in words. */
export function summaryOf({ checks }: Report): string {
  const count = (status: CheckStatus) => checks.filter((check) => check.status === status).length;
  return `${checks.length} checks: ${count('pass')} passed, ${count('fail')} failed, ${count('unknown')} unknown.`;
}
