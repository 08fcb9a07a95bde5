/** The story of a purchase: everything that happened to it, from whatever record tells of it, in order. */
import type { CompensationRecord, PaymentRecord, ReviewRecord } from '../../domain/accounting.js';
import type { PresentationRecord } from '../../domain/presentation.js';
import type { PurchaseView } from '../../domain/purchase.js';
import type { TimelineEntry } from '../../domain/timeline.js';
import { html, type Html } from '../../html.js';
import type { AuditRecord } from '../../ledger/index.js';
import { hrefOf, money, moment, sentence, spaced, type Tone } from './words.js';

export interface StoryParts {
  view: PurchaseView;
  payments: readonly PaymentRecord[];
  compensations: readonly CompensationRecord[];
  reviews: readonly ReviewRecord[];
  orders: readonly AuditRecord[];
}

interface Event {
  at: string;
  tone: Tone;
  what: Html | string;
  about?: Html | string;
}

/** Types of timeline entries, in words. Others are shown by their names. */
const TOLD: Record<string, [words: string, tone: Tone]> = {
  paid: ['Paid', 'good'],
  paid_late: ['Paid after the run had ended', 'good'],
  ineligible: ['No offer was shown', ''],
  accepted: ['The customer accepted', 'live'],
  declined: ['The customer declined', ''],
  expired: ['The offer expired', ''],
  withdrawn: ['The offer was withdrawn', 'care'],
  extended: ['The offer was extended', 'live'],
  failed: ['The offer failed', 'bad'],
  settled: ['The run ended', ''],
  waiting: ['Waits before the next offer', ''],
  step_skipped: ['A step was skipped', ''],
  asked_again: ['The customer was asked again', 'care'],
  attempt_recorded: ['A request to Dodo was recorded, then sent', 'live'],
  attempt_rejected: ['Dodo rejected the request', 'bad'],
  attempt_not_sent: ['The request was not sent', 'care'],
  attempt_needs_review: ['Nobody can tell whether the request was carried out', 'bad'],
  fallback_opened: ['The customer got another way to pay', 'care'],
  checkout_opened: ['A checkout was opened', 'live'],
  second_payment_refunded: ['A second payment was given back', 'care'],
  second_payment_refund_failed: ['A second payment could not be given back', 'bad'],
  price_difference_refunded: ['The difference to the right price was given back', 'care'],
  price_difference_not_refunded: ['The difference to the right price could not be given back', 'bad'],
  refund_succeeded: ['A refund', 'bad'],
  dispute_opened: ['A dispute was opened', 'bad'],
  dispute_lost: ['A dispute was lost', 'bad'],
  dispute_won: ['A dispute was won', 'good'],
  offer_reversed: ['Access to the offer ended', 'bad'],
  notification_dead: ['A notification could not be delivered', 'bad'],
  notification_redelivered: ['A notification was delivered after all', 'good'],
  repaired: ['The janitor repaired something', 'care'],
  close_ordered: ['An operator closed the purchase', 'care'],
  resolve_ordered: ['An operator decided a review', 'care'],
  resolved: ['The decision took effect', 'good'],
  evaluated_again: ['An operator had it evaluated again', 'live'],
};

/** Tells the whole story, oldest first. */
export function story(parts: StoryParts): Html {
  const events = [...eventsOf(parts)].sort((one, other) =>
    one.at < other.at ? -1 : one.at > other.at ? 1 : 0,
  );
  return html`<ol class="timeline">
    ${events.map(
      ({ at, tone, what, about }) =>
        html`<li class="${tone}">
          <div>
            <div class="what"><strong>${what}</strong>${moment(at)}</div>
            ${about !== undefined && html`<p class="about">${about}</p>`}
          </div>
        </li>`,
    )}
  </ol>`;
}

function* eventsOf({ view, payments, compensations, reviews, orders }: StoryParts): Generator<Event> {
  const { purchase } = view;
  if (purchase.purchasedAt !== undefined) {
    const products = purchase.productIds.join(', ');
    const paid = purchase.amount === undefined ? '' : ` for ${money(purchase.amount, purchase.currency)}`;
    yield { at: purchase.purchasedAt, tone: 'live', what: `Bought ${products || 'something'}${paid}` };
  }
  const told = new Set(view.timeline.map(({ type, detail }) => `${type} ${String(detail?.presentationId)}`));
  for (const shown of view.presentations) yield* presented(shown, told.has(`${shown.decision} ${shown.id}`));
  for (const entry of view.timeline) yield timelineEvent(entry);
  for (const payment of payments) {
    const { paymentId, amount, currency, status, verdict, verdictDetail, source, createdAt, firstSeenAt } =
      payment;
    yield {
      at: createdAt ?? firstSeenAt,
      tone: status === 'succeeded' ? 'good' : status === 'failed' ? 'bad' : '',
      what: `Payment of ${money(amount, currency)}: ${spaced(status ?? 'unknown')}`,
      about: html`<span class="id">${paymentId}</span>, first seen by ${spaced(source)}. Verdict:
        ${spaced(verdict)}${verdictDetail !== undefined && ` (${spaced(verdictDetail)})`}.`,
    };
  }
  for (const {
    kind,
    status,
    amount,
    currency,
    paymentId,
    subscriptionId,
    openedAt,
    endedAt,
    tries,
  } of compensations) {
    const what =
      kind === 'refund' ? `Refund of ${money(amount, currency)}` : 'End of the replaced subscription';
    const about = html`<span class="id">${paymentId ?? subscriptionId}</span>, asked ${tries} times.`;
    yield { at: openedAt, tone: 'care', what: `${what} was decided`, about };
    if (endedAt !== undefined)
      yield {
        at: endedAt,
        tone: status === 'confirmed' ? 'good' : 'bad',
        what: `${what}: ${spaced(status)}`,
        about,
      };
  }
  for (const { reviewId, kind, openedAt, resolvedAt, resolution, amount, currency } of reviews) {
    const link = html`<a class="id" href="${hrefOf.review(reviewId)}">${reviewId}</a>`;
    const doubt = amount === undefined ? '' : ` about ${money(amount, currency)}`;
    yield { at: openedAt, tone: 'bad', what: `Review opened${doubt}: ${spaced(kind)}`, about: link };
    if (resolvedAt !== undefined && resolution)
      yield {
        at: resolvedAt,
        tone: 'good',
        what: `Review resolved as ${resolution.paid ? 'paid' : 'not paid'}`,
        about: html`${link}, by <code>${resolution.by}</code>: “${resolution.reason}”`,
      };
  }
  for (const { at, command, actor, reason, phase, failure } of orders)
    if (phase !== 'done')
      yield {
        at,
        tone: phase === 'failed' ? 'bad' : 'care',
        what: `Operator’s command ${phase === 'failed' ? 'was refused' : 'was given'}: ${spaced(command)}`,
        about: html`“${reason}” by
          <code>${actor}</code>${failure !== undefined && html`: <code>${failure}</code>`}`,
      };
}

function* presented(shown: PresentationRecord, decisionIsTold: boolean): Generator<Event> {
  const { id, product, price, presentedAt, handedOutAt, viewedAt, offerId, funnelId, step } = shown;
  yield {
    at: presentedAt,
    tone: 'live',
    what: `Offered ${product.name} for ${money(price.dueNow, price.currency)} now`,
    about: html`Offer <code>${offerId}</code>, funnel <code>${funnelId}</code>, step <code>${step}</code>,
      <a class="id" href="#${id}">${id}</a>`,
  };
  if (handedOutAt !== undefined)
    yield { at: handedOutAt, tone: '', what: 'The offer was handed to the shop' };
  if (viewedAt !== undefined) yield { at: viewedAt, tone: '', what: 'The customer saw the offer' };
  if (shown.decidedAt !== undefined && shown.decision !== undefined && !decisionIsTold)
    yield {
      at: shown.decidedAt,
      tone: shown.decision === 'accepted' ? 'live' : '',
      what: `Decided: ${spaced(shown.decision)}`,
      about: html`by the
      ${shown.decision === 'withdrawn' ? 'operator or the system' : shown.decision === 'expired' ? 'clock' : 'customer'}`,
    };
}

function timelineEvent({ at, type, detail }: TimelineEntry): Event {
  const [what, tone] = TOLD[type] ?? [sentence(type), ''];
  return { at, tone, what, ...(detail && { about: describe(detail) }) };
}

const IS_ID = /^(cus|pay|sub|prs|ref|rev|ntf|cks|dsp|pur)_[A-Za-z0-9]/;

/** Writes a flat detail as `name value`, with ids that lead to their page and an amount in its currency. */
function describe(detail: NonNullable<TimelineEntry['detail']>): Html {
  const { amount, currency, ...rest } = detail;
  const parts: Html[] = [];
  if (typeof amount === 'number')
    parts.push(html`${money(amount, typeof currency === 'string' ? currency : undefined)}`);
  for (const [name, value] of Object.entries(rest)) {
    const words = spaced(name.replaceAll(/([A-Z])/g, ' $1').toLowerCase());
    parts.push(
      IS_ID.test(String(value))
        ? html`${words} <a class="id" href="${hrefOf.search(String(value))}">${String(value)}</a>`
        : html`${words} ${String(value)}`,
    );
  }
  return html`${parts.map((part, index) => (index === 0 ? part : html` · ${part}`))}`;
}
