/** The period of a report: what was asked for, and the form that asks. */
import { z } from 'zod';
import { DAY } from '../../domain/duration.js';
import { html, type Html } from '../../html.js';
import { periodFields, periodOf, type ReportPeriod } from '../../http/period.js';

/** Browsers send fields that were left empty. */
const emptyIsAbsent = (value: unknown) => (value === '' ? undefined : value);

export const periodOfPage = {
  from: z.preprocess(emptyIsAbsent, periodFields.from),
  to: z.preprocess(emptyIsAbsent, periodFields.to),
  tz: z.preprocess(emptyIsAbsent, periodFields.tz),
};

const DEFAULT_DAYS = 30;

/** A period with the dates that stand for it. */
export interface ShownPeriod extends ReportPeriod {
  from: string;
  /** As they were asked for, or the default. */
  asked: { from: string; to?: string; tz: string };
}

/** Returns the period of a page: the last 30 days unless it says otherwise. */
export function shownPeriod(
  { from, to, tz }: { from?: string; to?: string; tz: string },
  now: Date,
): ShownPeriod {
  const before = new Date(now.getTime() - (DEFAULT_DAYS - 1) * DAY);
  const asked = {
    from: from ?? new Intl.DateTimeFormat('en-CA', { timeZone: tz }).format(before),
    ...(to !== undefined && { to }),
    tz,
  };
  const period = periodOf(asked);
  return { ...period, from: period.from ?? before.toISOString(), asked };
}

/** Writes a period, and whatever else the page asks for, as a query. */
export function queryOf({ asked }: ShownPeriod, more: Record<string, string | undefined> = {}): string {
  const fields = Object.entries({ ...asked, ...more }).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
  return new URLSearchParams(fields).toString();
}

/** The form that chooses a period. */
export function periodForm(path: string, { asked }: ShownPeriod, hidden: Record<string, string> = {}): Html {
  return html`<form class="filters" action="${path}">
    ${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
    <label>From <input name="from" type="date" value="${asked.from.slice(0, 10)}" /></label>
    <label>To, included <input name="to" type="date" value="${asked.to?.slice(0, 10)}" /></label>
    <label>Time zone <input name="tz" value="${asked.tz}" autocomplete="off" spellcheck="false" /></label>
    <button type="submit">Show</button>
  </form>`;
}
