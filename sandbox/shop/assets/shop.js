/** The shop's browser script: the offer on the thank-you page, from its arrival to its outcome. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long to wait for the first offer, and for the next one after a decision. */
const FIRST_OFFER = 15 * SECOND;
const NEXT_OFFER = 6 * SECOND;
/** How long to wait for news of a payment just made on another page. */
const CONFIRMING = 20 * SECOND;
/** Timeout of a request. An accept is answered within seconds. */
const ANSWER = 30 * SECOND;
/** Polling intervals of the states that may change by themselves. */
const POLL = {
  accepted: 2 * SECOND,
  charging: 2 * SECOND,
  reconciling: 3 * SECOND,
  requires_action: 3 * SECOND,
  confirming: SECOND,
  fallback: 5 * SECOND,
  needs_review: 30 * SECOND,
};
const ENDED = new Set(['paid', 'declined', 'expired']);
const LOST = 'Your answer did not reach us. Please try again. You will never be charged twice.';

const query = new URLSearchParams(location.search);
const stages = { offer: document.getElementById('offer'), outcome: document.getElementById('outcome') };

/** The presentation on the page, and how it is rendered, so that an unchanged one is not rendered again. */
let current;
let looks = '';
let busy = false;
let confirmingUntil = 0;
/** The server's clock minus this one, in milliseconds. */
let skew = 0;
let timer;
const decided = new Set();

async function start() {
  forgetEmail();
  const returned = query.get('presentation');
  const purchase = query.get('purchase');
  const id = returned ?? (purchase && memory.get(`offer:${purchase}`));
  if (
    returned &&
    ['succeeded', 'active', 'processing'].includes(query.get('status')) &&
    memory.get(`left:${id}`) === 'checkout'
  ) {
    confirmingUntil = Date.now() + CONFIRMING;
  }
  addEventListener('visibilitychange', () => !document.hidden && current && void look());
  if (id) await look(id);
  else if (purchase && !['failed', 'cancelled'].includes(query.get('status')))
    await find(purchase, FIRST_OFFER);
}

/** Removes the customer's email address, which Dodo appends to the return URL, from the browser's history. */
function forgetEmail() {
  if (!query.has('email')) return;
  query.delete('email');
  history.replaceState(null, '', `${location.pathname}?${query}`);
}

// --- Talking to the server ---------------------------------------------------------------------------------

const memory = {
  get(key) {
    try {
      return sessionStorage.getItem(key) ?? undefined;
    } catch {
      return undefined;
    }
  },
  set(key, value) {
    try {
      sessionStorage.setItem(key, value);
    } catch {
      // Storage is disabled: after a reload the offer is lost, and the page says so.
    }
  },
};
const tokens = new Map();

async function ask(id, action, body = {}) {
  const response = await fetch(`/api/presentations/${encodeURIComponent(id)}${action ? `/${action}` : ''}`, {
    method: action ? 'POST' : 'GET',
    headers: {
      authorization: `Bearer ${tokens.get(id) ?? memory.get(`token:${id}`) ?? ''}`,
      ...(action && { 'content-type': 'application/json' }),
    },
    body: action && JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER),
  });
  return { status: response.status, answer: await response.json() };
}

/** Fetches the presentation and shows it. Without an answer, the page stays as it is. */
async function look(id = current.id, note) {
  clearTimeout(timer);
  const { status, answer } = await ask(id).catch(() => ({}));
  if (busy || (current && current.id !== id)) return;
  const byHand = note !== undefined;
  if (status === 200) show(answer, { note, byHand });
  else if (status === 401 || status === 404) showState('unknown', {});
  else if (current) show(current, { note, byHand });
  else later(() => look(id), POLL.fallback);
}

/** Waits for an offer for this purchase and shows it. */
async function find(purchase, budget) {
  const end = Date.now() + budget;
  for (let pause = SECOND / 2; Date.now() < end; pause = Math.min(pause * 1.4, 2 * SECOND)) {
    const response = await fetch(`/shop/offer?purchase=${encodeURIComponent(purchase)}`).catch(
      () => undefined,
    );
    const found = await response?.json().catch(() => undefined);
    linkRun(found?.run);
    if (found?.state === 'none') return;
    if (found?.state === 'offer' && !decided.has(found.presentation.id)) return show(found.presentation);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function decide(action) {
  if (busy) return;
  busy = true;
  const { id, price } = current;
  for (const button of stages.offer.querySelectorAll('button')) button.disabled = true;
  stages.offer.querySelector(`[data-action=${action}]`).setAttribute('aria-busy', 'true');
  if (action === 'accept') memory.set(`accepted:${id}`, 'yes');
  // The customer agrees to the price on the page and to no other.
  const request = ask(id, action, action === 'accept' ? { priceHash: price.hash } : {});
  const { status, answer } = await request.catch(() => ({}));
  busy = false;

  if (answer?.next) {
    decided.add(id);
    show(answer.next, { byHand: true });
  } else if (answer?.code === 'price_changed') {
    const now = money(answer.presentation.price.dueNow, answer.presentation.price.currency);
    const note = `The price has changed to ${now} since it was shown. Nothing was charged. Please decide again.`;
    show(answer.presentation, { note, byHand: true });
  } else if (answer?.presentation) {
    show(answer.presentation, { byHand: true });
  } else if (status === 200) {
    show({ ...current, status: 'declined' }, { byHand: true });
  } else if (status === 401 || status === 404) {
    showState('unknown', {}, { byHand: true });
  } else {
    looks = '';
    await look(id, LOST);
  }
}

// --- Showing -----------------------------------------------------------------------------------------------

function show(presentation, { note, byHand = false } = {}) {
  const { id, status, purchaseId, token } = presentation;
  current = presentation;
  skew = Date.parse(presentation.serverTime) - Date.now();
  if (token) {
    tokens.set(id, token);
    memory.set(`token:${id}`, token);
  }
  memory.set(`offer:${purchaseId}`, id);
  if (status === 'fallback' || status === 'requires_action') memory.set(`elsewhere:${id}`, 'yes');
  const waits = (status === 'fallback' || status === 'requires_action') && Date.now() < confirmingUntil;
  const state = waits ? 'confirming' : status;

  const { serverTime: _, token: __, ...rest } = presentation;
  const shown = JSON.stringify([state, rest, note]);
  if (shown !== looks) {
    looks = shown;
    showState(state, slots(presentation, note), { byHand });
    if (state === 'open') welcome(id);
  }
  if (state === 'open') tick();
  else if (POLL[state]) later(look, POLL[state]);
  else if (ENDED.has(state) && !decided.has(id)) {
    decided.add(id);
    void find(purchaseId, NEXT_OFFER);
  }
}

/** Shows a state. A confirmation stays when the next offer arrives; everything else is replaced. */
function showState(state, values, { byHand = false } = {}) {
  clearTimeout(timer);
  const panel = fill(document.getElementById(`state-${state}`), values);
  if (state === 'open') {
    if (!stages.outcome.querySelector('.good')) stages.outcome.replaceChildren();
    stages.offer.replaceChildren(panel);
    for (const button of stages.offer.querySelectorAll('[data-action]')) {
      button.addEventListener('click', () => void decide(button.dataset.action));
    }
  } else {
    stages.offer.replaceChildren();
    stages.outcome.replaceChildren(panel);
    for (const link of stages.outcome.querySelectorAll('[data-href]')) {
      const kind = link.dataset.href === 'checkoutUrl' ? 'checkout' : 'method';
      link.addEventListener('click', () => memory.set(`left:${current.id}`, kind));
    }
  }
  const heading = (state === 'open' ? stages.offer : stages.outcome).querySelector('h2');
  // The pressed button is gone: move the focus to the result.
  if (byHand) heading.focus();
  document.getElementById('announcement').textContent =
    state === 'open' ? `New offer: ${heading.textContent}` : heading.textContent;
}

/** Returns a copy of a template with its slots filled; elements without a value are removed. */
function fill(template, values) {
  const copy = template.content.cloneNode(true);
  for (const element of copy.querySelectorAll('[data-slot]')) {
    const value = values[element.dataset.slot];
    if (value) element.textContent = value;
    else (('optional' in element.dataset ? null : element.closest('[data-row]')) ?? element).remove();
  }
  for (const link of copy.querySelectorAll('[data-href]')) {
    const url = values[link.dataset.href];
    if (/^https?:\/\//.test(url ?? '')) link.href = url;
    else link.remove();
  }
  for (const list of copy.querySelectorAll('dl')) if (list.childElementCount === 0) list.remove();
  return copy;
}

function slots(presentation, note) {
  const { id, product, price, payment, copy, message, checkoutUrl, updatePaymentMethodUrl } = presentation;
  const { currency, dueNow, tax, recurring, difference, credit, effectiveAt, nextBillingAt } = price;
  const amount = money(dueNow, currency);
  const method = payment.method && nameOf(payment.method);
  const renewal = recurring && `${money(recurring.amount, currency)} ${per(recurring)}`;
  const starts =
    effectiveAt && Date.parse(effectiveAt) > Date.now() + skew + HOUR ? date(effectiveAt) : undefined;
  const common = {
    product: product.name,
    message,
    note,
    dueNow: dueNow === 0 ? 'Nothing' : amount,
    taxLine:
      tax > 0 ? `including ${money(tax, currency)} tax` : tax === 0 && dueNow > 0 ? 'no tax added' : '',
    recurring: renewal,
    recurringNote: tax > 0 && difference !== undefined ? 'before tax' : '',
    credit: credit > 0 && money(credit, currency),
    nextBilling: nextBillingAt && date(nextBillingAt),
    method,
    checkoutUrl,
    updatePaymentMethodUrl,
    payLabel: 'Pay at the checkout',
    actionLabel: payment.mode === 'checkout' ? 'Continue to the checkout' : 'Confirm the payment',
  };
  switch (presentation.status) {
    case 'open':
      return {
        ...common,
        ...copy,
        accept: dueNow === 0 || copy.accept.includes(amount) ? copy.accept : `${copy.accept} (${amount})`,
        difference: difference && `${money(difference, currency, true)} ${per(recurring)}`,
        starts,
        expiry: payment.method?.expiry && `expires ${payment.method.expiry}`,
        terms: terms({ payment, dueNow, amount, method, renewal }),
        until: time(presentation.expiresAt),
        left: remaining(),
      };
    case 'paid': {
      const words = difference === undefined ? 'is yours' : 'is active';
      const all = {
        ...common,
        headline: `All set: ${product.name} ${starts ? `starts on ${starts}` : words}`,
      };
      // After paying at a checkout, or deciding elsewhere, only the receipt knows the card and the amount.
      const here = memory.get(`accepted:${id}`) && !memory.get(`elsewhere:${id}`);
      if (here) return { ...all, body: 'Thank you. There is nothing else you need to do.' };
      return { headline: all.headline, body: 'Your payment went through. We will email you the receipt.' };
    }
    case 'fallback':
      return { ...common, note: note ?? methodNote(id) };
    default:
      return common;
  }
}

function terms({ payment, dueNow, amount, method, renewal }) {
  const renews = renewal ? ` Then ${renewal} until you cancel.` : '';
  if (payment.mode === 'checkout') return `You pay at the checkout, on the next page.${renews}`;
  if (dueNow === 0) return `Nothing is charged today.${renews}`;
  return `One click charges ${amount} to your ${method ?? 'saved payment method'}.${renews}`;
}

function methodNote(id) {
  const updated = query.get('presentation') === id && memory.get(`left:${id}`) === 'method';
  return updated && query.get('status') !== 'failed'
    ? 'Welcome back. You can now complete your order at the checkout.'
    : '';
}

/** Counts down by the server's clock. At the end, asks the server, because the window may have been extended. */
function tick() {
  clearTimeout(timer);
  const left = stages.offer.querySelector('[data-slot=left]');
  if (left) left.textContent = remaining();
  if (Date.parse(current.expiresAt) > Date.now() + skew) timer = setTimeout(tick, SECOND);
  else later(look, SECOND / 2);
}

/** Reports a view once, when the offer is on the screen. */
function welcome(id) {
  const seen = new IntersectionObserver(([entry]) => {
    if (!entry.isIntersecting) return;
    seen.disconnect();
    void ask(id, 'view').catch(() => undefined);
  });
  seen.observe(stages.offer.querySelector('h2'));
}

function later(work, pause) {
  clearTimeout(timer);
  // A page in the background is updated when it becomes visible again.
  timer = setTimeout(() => !document.hidden && void work(), pause);
}

function linkRun(url) {
  const run = document.getElementById('run');
  if (!run || !/^https?:\/\//.test(url ?? '')) return;
  run.querySelector('a').href = url;
  run.hidden = false;
}

// --- Words -------------------------------------------------------------------------------------------------

function money(minor, currency, signed = false) {
  const unusual = JSON.parse(document.getElementById('currency-digits').dataset.digits);
  const digits = unusual[currency] ?? 2;
  const format = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    signDisplay: signed ? 'exceptZero' : 'auto',
  });
  return format.format(minor / 10 ** digits).replace('-', '\u2212');
}

function per({ interval, count }) {
  const unit = interval.toLowerCase();
  return count === 1 ? `/ ${unit}` : `every ${count} ${unit}s`;
}

function nameOf({ type, network, last4 }) {
  const name = (network ?? type).replaceAll('_', ' ').toLowerCase();
  const title = name.replace(/^./, (letter) => letter.toUpperCase());
  return last4 ? `${title} \u2022\u2022\u2022\u2022 ${last4}` : title;
}

function date(iso) {
  return new Intl.DateTimeFormat('en', { dateStyle: 'long' }).format(new Date(iso));
}

function time(iso) {
  const today = new Date(iso).toDateString() === new Date().toDateString();
  const style = today ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' };
  return new Intl.DateTimeFormat('en', style).format(new Date(iso));
}

function remaining() {
  const left = Math.max(0, Date.parse(current.expiresAt) - Date.now() - skew);
  if (left >= 2 * DAY) return `${Math.floor(left / DAY)} days`;
  if (left >= HOUR) return `${Math.floor(left / HOUR)} h ${Math.floor((left % HOUR) / MINUTE)} min`;
  return `${Math.floor(left / MINUTE)}:${String(Math.floor((left % MINUTE) / SECOND)).padStart(2, '0')}`;
}

// --- Begin -------------------------------------------------------------------------------------------------

for (const form of document.querySelectorAll('[data-buy]')) {
  const button = form.querySelector('button');
  form.addEventListener('submit', () => (button.disabled = true));
  // After the back button, the browser may show the page as it was left.
  addEventListener('pageshow', () => (button.disabled = false));
}
if (stages.offer) void start();
