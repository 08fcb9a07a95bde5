/** `<dodo-offer>`: shows an offer from its arrival to its outcome. */
import {
  createOffer,
  type Offer,
  type OfferError,
  type OfferOptions,
  type OfferState,
  type Presentation,
  type TokenGrant,
} from './core.js';
import { h, icon } from './dom.js';
import { STYLES } from './styles.js';
import { fill, loadWords, wordsFor, type Words } from './words.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** How long to wait for news of a payment that was just made on another page. */
const CONFIRMING = 20 * SECOND;
const FORWARDED = ['shown', 'accepted', 'declined', 'paid', 'ended', 'none', 'error'] as const;

/** The API that serves this script. */
const OWN_ORIGIN = new URL(import.meta.url).origin;

let sheet: CSSStyleSheet | undefined;

export class DodoOfferElement extends HTMLElement {
  static observedAttributes = ['api', 'src', 'presentation-id', 'token', 'locale', 'wait', 'returned'];

  /** Asks the merchant's backend for the offer, in place of `src`. */
  fetchOffer?: OfferOptions['fetchOffer'];
  /** Renews a token that has run out. */
  fetchToken?: OfferOptions['fetchToken'];

  #root = this.attachShadow({ mode: 'open' });
  #live = h('p', { class: 'unseen', role: 'status' });
  #stage = h('div', {});
  #offer?: Offer;
  #given?: Presentation;
  #looks = '';
  #ticking?: ReturnType<typeof setInterval>;
  #seen?: IntersectionObserver;
  #consents = new Set<string>();
  #pending = false;
  #confirmingUntil = 0;
  /** The customer has just acted here: the focus follows. */
  #byHand = false;

  constructor() {
    super();
    sheet ??= new CSSStyleSheet();
    if (sheet.cssRules.length === 0) sheet.replaceSync(STYLES);
    this.#root.adoptedStyleSheets = [sheet];
    this.#root.append(this.#stage, this.#live);
  }

  /** The offer, if the page has it already, with its token. */
  get presentation(): Presentation | undefined {
    return this.#offer?.state.presentation ?? this.#given;
  }
  set presentation(given: Presentation | undefined) {
    this.#given = given;
    this.#restart();
  }

  /** What is behind the looks: its state, events and actions. */
  get offer(): Offer | undefined {
    return this.#offer;
  }

  connectedCallback(): void {
    document.addEventListener('visibilitychange', this.#woken);
    addEventListener('pageshow', this.#woken);
    if (!this.#offer) this.#restart();
    else this.#tick();
  }

  disconnectedCallback(): void {
    document.removeEventListener('visibilitychange', this.#woken);
    removeEventListener('pageshow', this.#woken);
    clearInterval(this.#ticking);
    // A node that is only moved is connected again at once, and keeps its state.
    queueMicrotask(() => {
      if (!this.isConnected) this.#stop();
    });
  }

  attributeChangedCallback(_: string, before: string | null, after: string | null): void {
    if (before !== after && this.isConnected) this.#restart();
  }

  /** Several attributes and properties are often set one after the other. */
  #restart(): void {
    if (this.#pending || !this.isConnected) return;
    this.#pending = true;
    queueMicrotask(() => {
      this.#pending = false;
      if (!this.isConnected) return;
      this.#stop();
      this.#start();
    });
  }

  #start(): void {
    const { api, src, wait } = this.#settings();
    const id = this.getAttribute('presentation-id') ?? undefined;
    const token = this.getAttribute('token') ?? (id && recall(id));
    if (!this.#given && !(id && token) && !src && !this.fetchOffer) {
      if (id) this.#tell('none', undefined);
      return;
    }
    const offer = createOffer({
      api,
      presentation: this.#given,
      id,
      token,
      wait,
      locale: this.#locale(),
      fetchOffer: this.fetchOffer ?? (src ? () => ask(src, remembered(src)) : undefined),
      fetchToken: this.fetchToken,
    });
    this.#offer = offer;
    const back = this.getAttribute('returned') ?? '';
    if (id && recall(`left:${id}`) && ['succeeded', 'active', 'processing'].includes(back)) {
      this.#confirmingUntil = Date.now() + CONFIRMING;
      setTimeout(() => this.#offer === offer && this.#render(offer.state), CONFIRMING + SECOND);
    }
    offer.subscribe(() => this.#render(offer.state));
    for (const name of FORWARDED) offer.on(name, (detail: unknown) => this.#tell(name, detail));
    offer.on('change', ({ phase, presentation }) => {
      if (presentation?.token) remember(presentation.id, presentation.token, src);
      // A token that has run out does not stay behind.
      const known = presentation?.id ?? id ?? recall(src ?? '');
      if (phase === 'lost' && known) keep(known, '');
    });
    this.#render(offer.state);
  }

  #stop(): void {
    this.#offer?.close();
    this.#offer = undefined;
    this.#looks = '';
    this.#seen?.disconnect();
    clearInterval(this.#ticking);
    this.removeAttribute('data-phase');
    this.#stage.replaceChildren();
  }

  #settings() {
    const src = this.getAttribute('src');
    return {
      api: (this.getAttribute('api') ?? OWN_ORIGIN).replace(/\/$/, ''),
      src: src === null ? undefined : new URL(src, document.baseURI).href,
      wait: Number(this.getAttribute('wait') ?? 1500),
    };
  }

  #locale(): string {
    const near = this.closest('[lang]')?.getAttribute('lang');
    return this.getAttribute('locale') ?? (near || navigator.language);
  }

  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(`offer-${name}`, { detail, bubbles: true, composed: true }));
  }

  #woken = (): void => {
    if (!document.hidden) this.#offer?.refresh();
  };

  // --- Showing -------------------------------------------------------------------------------------------

  #render(state: OfferState): void {
    const { phase, presentation, before } = state;
    const locale = presentation?.display.locale ?? this.#locale();
    const loading = presentation && loadWords(locale);
    if (loading) {
      void loading.then(() => this.#offer && this.#render(this.#offer.state));
      return;
    }
    const words = wordsFor(locale);
    if (phase === 'none' || !presentation || phase === 'lost') {
      this.removeAttribute('data-phase');
      return;
    }
    const { serverTime: _, token: __, ...rest } = presentation;
    const confirming = (phase === 'fallback' || phase === 'action') && Date.now() < this.#confirmingUntil;
    const looks = JSON.stringify([
      rest,
      phase,
      confirming,
      state.shown?.price,
      state.busy,
      state.notice,
      state.missing,
    ]);
    if (looks === this.#looks) return;
    const isNew = this.dataset.phase !== phase || !this.#looks.includes(`"${presentation.id}"`);
    this.#looks = looks;
    this.dataset.phase = phase;
    const active = this.#root.activeElement as HTMLElement | null;
    const focused = active?.dataset.key;
    if (isNew) this.#consents.clear();
    const panel =
      phase === 'open' ? this.#open(state, words) : this.#outcome(presentation, words, confirming);
    const done = phase === 'open' && before?.status === 'paid' ? [this.#outcome(before, words)] : [];
    this.#stage.lang = presentation.display.locale;
    this.#stage.replaceChildren(...done, panel);
    const heading = panel.querySelector('h2');
    if (isNew) {
      // What had the focus is gone: it goes on to what came of it.
      if (this.#byHand || active) heading?.focus();
      this.#byHand = false;
      this.#live.textContent =
        phase === 'open' ? fill(words.news, presentation.copy.headline) : (heading?.textContent ?? '');
      if (phase === 'open') this.#watch(panel);
    } else if (focused) {
      this.#root.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    }
    this.#tick();
  }

  #open(state: OfferState, w: Words): HTMLElement {
    const { presentation, shown, busy, notice } = state as Required<OfferState>;
    const copy = shown.copy ?? presentation.copy;
    const { display, price, payment } = shown;
    const free = price.dueNow === 0;
    const method = payment.method && methodName(payment.method);
    const deciding = busy === 'accept' || busy === 'decline';
    const difference = price.difference ?? 0;
    const rows: [part: string, name: string, value?: string | Node][] = [
      [
        difference < 0 ? 'change saving' : 'change',
        w.change,
        difference ? `${difference > 0 ? '+' : ''}${display.difference ?? ''}` : undefined,
      ],
      ['then', w.then, display.recurring],
      ['credit', w.credit, price.credit ? display.credit : undefined],
      ['starts', w.starts, isLater(price.effectiveAt, shown.serverTime) ? display.effectiveAt : undefined],
      ['renews', w.renews, display.nextBillingAt],
      ['method', w.with, method],
    ];
    const terms = [
      payment.mode === 'checkout'
        ? w.elsewhere
        : free
          ? w.free
          : fill(w.oneClick, display.dueNow, method ?? w.saved),
      display.recurring && fill(w.renewal, display.recurring),
    ];
    const told = {
      price_changed: presentation.message ?? fill(w.moved, display.dueNow),
      unreachable: w.again,
      busy: w.busy,
      consent_required: w.tick,
    };
    return h(
      'article',
      { class: 'card', part: 'card', 'aria-labelledby': 'headline' },
      h(
        'div',
        { class: 'top' },
        copy.badge && h('span', { class: 'badge', part: 'badge' }, copy.badge),
        h('span', { class: 'time', part: 'time', role: 'timer' }),
      ),
      h('h2', { id: 'headline', part: 'headline', tabindex: '-1', 'data-key': 'title' }, copy.headline),
      h('slot', { name: 'before-price' }),
      copy.body && h('p', { class: 'body', part: 'body' }, copy.body),
      notice && h('p', { class: 'notice', part: 'notice', role: 'alert' }, told[notice]),
      this.#choices(state, w),
      h(
        'dl',
        { class: 'price', part: 'price' },
        h(
          'div',
          { class: 'due' },
          h('dt', {}, w.due),
          h(
            'dd',
            { part: 'amount' },
            free ? w.nothing : display.dueNow,
            price.tax ? h('small', {}, fill(w.tax, display.tax ?? '')) : undefined,
          ),
        ),
        ...rows.map(
          ([part, name, value]) =>
            value && h('div', { class: part, part: `row ${part}` }, h('dt', {}, name), h('dd', {}, value)),
        ),
      ),
      h('slot', { name: 'proof' }),
      copy.consents?.length &&
        h(
          'div',
          { class: 'consents', part: 'consents' },
          ...copy.consents.map(({ id, text, required }) =>
            h(
              'label',
              { part: 'consent' },
              h('input', {
                type: 'checkbox',
                'data-key': `consent-${id}`,
                checked: this.#consents.has(id),
                'aria-required': String(required),
                'aria-invalid': state.missing?.includes(id) ? 'true' : undefined,
                onchange: (event: Event) => {
                  const { checked } = event.target as HTMLInputElement;
                  this.#consents[checked ? 'add' : 'delete'](id);
                },
              }),
              h('span', {}, text, required ? '' : ` (${w.optional})`),
            ),
          ),
        ),
      h(
        'div',
        { class: 'actions two', part: 'actions' },
        h(
          'button',
          {
            class: 'primary',
            part: 'button accept',
            type: 'button',
            'data-key': 'accept',
            'aria-describedby': 'terms',
            'aria-busy': busy === 'accept' ? 'true' : undefined,
            disabled: deciding || busy === 'quote',
            onclick: () => this.#decide('accept'),
          },
          copy.accept,
        ),
        h(
          'button',
          {
            class: 'quiet',
            part: 'button decline',
            type: 'button',
            'data-key': 'decline',
            'aria-busy': busy === 'decline' ? 'true' : undefined,
            disabled: deciding,
            onclick: () => this.#decide('decline'),
          },
          copy.decline,
        ),
      ),
      h('p', { class: 'terms', part: 'terms', id: 'terms' }, terms.filter(Boolean).join(' ')),
      h('slot', { name: 'footer' }),
    );
  }

  #choices({ presentation, shown, busy }: OfferState, w: Words): Node | undefined {
    const { choices } = presentation ?? {};
    if (!choices || !shown) return undefined;
    const { options } = choices;
    const option = options?.find(({ id }) => id === shown.option);
    const bounds = option ? option.quantities : choices.quantity;
    const { quantity } = shown;
    const choose = (choice: { option?: string; quantity?: number }) => void this.#offer?.choose(choice);
    const step = (key: string, label: string, sign: string, to: number, allowed: boolean) =>
      h(
        'button',
        {
          class: 'step',
          part: 'step',
          type: 'button',
          'aria-label': label,
          'data-key': key,
          disabled: !allowed || busy !== undefined,
          onclick: () => choose({ option: shown.option, quantity: to }),
        },
        sign,
      );
    return h(
      'fieldset',
      { part: 'choices' },
      h('legend', { class: options ? '' : 'unseen' }, w.choose),
      ...(options ?? []).map(({ id, label, quantity: usual }) =>
        h(
          'label',
          { class: 'option', part: 'option' },
          h('input', {
            type: 'radio',
            name: 'option',
            value: id,
            'data-key': `option-${id}`,
            checked: id === shown.option,
            disabled: busy !== undefined,
            onchange: () => choose({ option: id, quantity: usual }),
          }),
          h('span', {}, label),
        ),
      ),
      bounds &&
        h(
          'div',
          { class: 'stepper', role: 'group', 'aria-label': w.quantity },
          h('span', {}, w.quantity),
          h(
            'div',
            {},
            step('fewer', w.fewer, '−', quantity - 1, quantity > bounds.min),
            h('output', { 'aria-live': 'polite' }, String(quantity)),
            step('greater', w.greater, '+', quantity + 1, quantity < bounds.max),
          ),
        ),
    );
  }

  #outcome(presentation: Presentation, w: Words, confirming = false): HTMLElement {
    const status = confirming ? 'reconciling' : presentation.status;
    const { product, message, checkoutUrl, updatePaymentMethodUrl, payment } = presentation;
    const tone = ['paid', 'scheduled'].includes(status)
      ? 'good'
      : ['fallback', 'requires_action', 'needs_review'].includes(status)
        ? 'care'
        : ['declined', 'expired', 'withdrawn', 'failed'].includes(status)
          ? ''
          : 'wait';
    const title = status === 'paid' ? fill(w.paid, product.name) : w[status as 'charging'];
    const plain = (w as Record<string, string>)[`${status}Text`] ?? w.endedText;
    const link = (url: string | undefined, label: string, kind: string) =>
      url && /^https?:/.test(url)
        ? h(
            'a',
            {
              class: `link ${kind}`,
              part: `button ${kind}`,
              href: url,
              onclick: () => kind === 'primary' && keep(`left:${presentation.id}`, '1'),
            },
            label,
          )
        : undefined;
    const action = payment.mode === 'checkout' ? w.checkout : w.confirm;
    const links =
      status === 'fallback'
        ? [link(checkoutUrl, w.pay, 'primary'), link(updatePaymentMethodUrl, w.update, 'quiet')]
        : status === 'requires_action'
          ? [link(checkoutUrl, action, 'primary')]
          : [];
    return h(
      'article',
      { class: `card outcome ${tone}`, part: `card outcome ${status}`, 'aria-labelledby': `title-${status}` },
      h('span', { class: 'mark', 'aria-hidden': 'true' }, icon(tone)),
      h('h2', { id: `title-${status}`, part: 'headline', tabindex: '-1', 'data-key': 'title' }, title),
      status !== 'paid' && !confirming && message && h('p', { part: 'message' }, message),
      h('p', { class: 'body', part: 'body' }, plain),
      links.some(Boolean) &&
        h('div', { class: links[1] ? 'actions two' : 'actions', part: 'actions' }, ...links),
    );
  }

  #decide(action: 'accept' | 'decline'): void {
    this.#byHand = true;
    const offer = this.#offer;
    void (action === 'accept' ? offer?.accept([...this.#consents]) : offer?.decline());
  }

  /** Reports a view once, when the offer is on the screen. */
  #watch(panel: Element): void {
    this.#seen?.disconnect();
    this.#seen = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return;
      this.#seen?.disconnect();
      this.#offer?.viewed();
    });
    this.#seen.observe(panel);
  }

  #tick(): void {
    clearInterval(this.#ticking);
    const offer = this.#offer;
    const time = this.#root.querySelector('[role=timer]');
    if (!offer || !time) return;
    const w = wordsFor(offer.state.presentation?.display.locale ?? '');
    const show = () => {
      const left = offer.left();
      time.textContent = fill(w.ends, remaining(left, w));
      if (left === 0) {
        clearInterval(this.#ticking);
        offer.refresh();
      }
    };
    show();
    this.#ticking = setInterval(show, SECOND);
  }
}

function remaining(ms: number, w: Words): string {
  if (ms >= 2 * DAY) return fill(w.days, String(Math.floor(ms / DAY)));
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0');
  const hours = Math.floor(ms / HOUR);
  const rest = `${two((ms % HOUR) / MINUTE)}:${two((ms % MINUTE) / SECOND)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

function isLater(effectiveAt: string | undefined, serverTime: string): boolean {
  return effectiveAt !== undefined && Date.parse(effectiveAt) > Date.parse(serverTime) + HOUR;
}

function methodName({ type, network, last4 }: NonNullable<Presentation['payment']['method']>): string {
  const name = (network ?? type).replaceAll('_', ' ').toLowerCase();
  const title = name.replace(/^./, (letter) => letter.toUpperCase());
  return last4 ? `${title} •••• ${last4}` : title;
}

/** Asks a URL of the merchant's backend, which may answer as `GET /api/upsell/{customerId}` does. */
async function ask(src: string, known?: TokenGrant): Promise<Presentation | TokenGrant | 'wait' | undefined> {
  const response = await fetch(src, { credentials: 'same-origin' });
  if (response.status === 503) return 'wait';
  const body = (response.status === 200 ? await response.json() : {}) as {
    presentation?: Presentation;
    wait?: boolean;
    retry?: boolean;
  };
  if (body.presentation) return body.presentation;
  if (known) return known;
  return body.wait || body.retry ? 'wait' : undefined;
}

/** Tokens stay in the tab, so that a reload or the way back from a checkout finds the outcome. */
function remember(id: string, token: string, src?: string): void {
  keep(id, token);
  if (src) keep(src, id);
}

function keep(key: string, value: string): void {
  try {
    sessionStorage.setItem(`dodo-offer:${key}`, value);
  } catch {
    // Storage is disabled: after a reload, the merchant's backend is asked again.
  }
}

function recall(key: string): string | undefined {
  try {
    return sessionStorage.getItem(`dodo-offer:${key}`) ?? undefined;
  } catch {
    return undefined;
  }
}

function remembered(src: string): TokenGrant | undefined {
  const id = recall(src);
  const token = id && recall(id);
  return id && token ? { id, token } : undefined;
}

export type { OfferError };

declare global {
  interface HTMLElementTagNameMap {
    'dodo-offer': DodoOfferElement;
  }
  interface HTMLElementEventMap {
    'offer-shown': CustomEvent<Presentation>;
    'offer-accepted': CustomEvent<Presentation>;
    'offer-declined': CustomEvent<Presentation>;
    'offer-paid': CustomEvent<Presentation>;
    'offer-ended': CustomEvent<Presentation>;
    'offer-none': CustomEvent<undefined>;
    'offer-error': CustomEvent<OfferError>;
  }
}
