/** Amounts, times, statuses and ids as operators read them. */
import { formatMoney } from '../../catalog/money.js';
import { shownPurchaseId } from '../../domain/ids.js';
import { formatDuration, MINUTE, SECOND } from '../../domain/duration.js';
import { html, type Html } from '../../html.js';

export const NOTHING = '–';

/** An amount in minor units. A currency nobody knows is shown as it is. */
export function money(amount: number | undefined, currency: string | undefined): string {
  if (amount === undefined) return NOTHING;
  try {
    return formatMoney(amount, currency ?? '');
  } catch {
    return `${amount} ${currency ?? '(no currency)'}`;
  }
}

/** Amounts by currency, each on its own. */
export function moneys(amounts: Record<string, number>): string {
  const parts = Object.entries(amounts)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([currency, amount]) => money(amount, currency));
  return parts.length === 0 ? NOTHING : parts.join(' + ');
}

const moments = new Map<string, Intl.DateTimeFormat>();

/** A time, with the exact one for machines. */
export function moment(at: string | undefined, tz = 'UTC'): Html {
  if (at === undefined) return html`<span class="soft">${NOTHING}</span>`;
  const format =
    moments.get(tz) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone: tz,
      day: '2-digit',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  moments.set(tz, format);
  return html`<time datetime="${at}"
    >${format.format(new Date(at)).replace(',', '')}${tz === 'UTC' ? ' UTC' : ''}</time
  >`;
}

/** How long ago something was, in its largest two units. */
export function ageOf(at: string, now: Date): string {
  const ms = Math.max(0, now.getTime() - Date.parse(at));
  if (ms < SECOND) return 'just now';
  const rounded = ms < MINUTE ? Math.floor(ms / SECOND) * SECOND : Math.floor(ms / MINUTE) * MINUTE;
  const [, days, hours, minutes, seconds] =
    /^(\d+d)?(\d+h)?(\d+m)?(\d+s)?$/.exec(formatDuration(rounded)) ?? [];
  return [days, hours, minutes, seconds].filter(Boolean).slice(0, 2).join(' ');
}

/** `needs_review` as `needs review`. */
export const spaced = (code: string) => code.replaceAll(/[_.]/g, ' ');

/** `needs_review` as `Needs review`. */
export function sentence(code: string): string {
  const words = spaced(code);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export type Tone = 'good' | 'bad' | 'care' | 'live' | '';

const TONES: Record<string, Tone> = {
  paid: 'good',
  converted: 'good',
  recovered: 'good',
  succeeded: 'good',
  confirmed: 'good',
  resolved: 'good',
  counts: 'good',
  done: 'good',
  better: 'good',
  open: 'live',
  accepted: 'live',
  charging: 'live',
  offering: 'live',
  evaluating: 'live',
  waiting: 'live',
  submitted: 'live',
  processing: 'live',
  reconciling: 'care',
  requires_action: 'care',
  fallback: 'care',
  abandoned: 'care',
  awaiting_payment: 'care',
  goes_back: 'care',
  undecided: 'care',
  unknown: 'care',
  sample_ratio_mismatch: 'care',
  needs_review: 'bad',
  review: 'bad',
  failed: 'bad',
  payment_failed: 'bad',
  rejected: 'bad',
  reversed: 'bad',
  refunded: 'bad',
  worse: 'bad',
};

export const toneOf = (code: string): Tone => TONES[code] ?? '';

/** A status with its colour; the word alone says it all. */
export function badge(code: string | undefined, tone?: Tone): Html {
  if (code === undefined) return html``;
  return html`<span class="badge ${tone ?? toneOf(code)}">${spaced(code)}</span>`;
}

export const hrefOf = {
  customer: (id: string) => `/dashboard/customers/${encodeURIComponent(id)}`,
  purchase: (id: string) => `/dashboard/purchases/${encodeURIComponent(shownPurchaseId(id))}`,
  presentation: (purchaseId: string, id: string) =>
    `/dashboard/purchases/${encodeURIComponent(shownPurchaseId(purchaseId))}#${id}`,
  review: (id: string) => `/dashboard/reviews/${encodeURIComponent(id)}`,
  search: (id: string) => `/dashboard/search?q=${encodeURIComponent(id)}`,
};

/** An id that leads to its page, or stands alone where it has none. */
export function idLink(id: string | undefined, href?: string): Html {
  if (id === undefined) return html`<span class="soft">${NOTHING}</span>`;
  return href === undefined
    ? html`<span class="id">${id}</span>`
    : html`<a class="id" href="${href}">${id}</a>`;
}

/** `1 offer`, `2 offers` */
export const several = (count: number, noun: string) =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

export const whole = (count: number) => count.toLocaleString('en');

export const percent = (share: number | null) => (share === null ? NOTHING : `${(share * 100).toFixed(1)}%`);
