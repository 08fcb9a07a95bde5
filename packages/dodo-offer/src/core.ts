/**
 * The offer without its looks: a state machine over the API, for one customer in one page. It follows the presentation
 * by a stream, falls back to polling, and never sends a decision twice.
 */
import { readEvents } from './events.js';
import type { Choice, Presentation, Shown, Status } from './types.js';

export type * from './types.js';

export type Phase =
  /** No offer yet, or none at all. Nothing is to be shown. */
  | 'none'
  | 'open'
  /** Accepted; what comes of it is not known yet. `status` says why. */
  | 'processing'
  | 'action'
  | 'fallback'
  | 'paid'
  | 'declined'
  | 'ended'
  /** The token is not valid any more, and there is no new one. */
  | 'lost';

/** What the customer should be told beside the offer. */
export type Notice = 'price_changed' | 'unreachable' | 'consent_required' | 'busy';

export interface OfferState {
  readonly phase: Phase;
  readonly status?: Status;
  readonly presentation?: Presentation;
  /** The choice and price in force: the presentation's own, or the quoted one. */
  readonly shown?: Shown;
  /** Waiting for the answer to this. */
  readonly busy?: 'accept' | 'decline' | 'quote';
  readonly notice?: Notice;
  readonly missing?: readonly string[];
  /** What was decided before the offer that is open now. */
  readonly before?: Presentation;
}

/** The events of an offer, by name. */
export interface OfferEvents {
  change: OfferState;
  shown: Presentation;
  accepted: Presentation;
  declined: Presentation;
  paid: Presentation;
  ended: Presentation;
  none: undefined;
  error: OfferError;
}

export interface OfferError {
  code: string;
  message: string;
  status?: number;
}

export interface TokenGrant {
  id: string;
  token: string;
}

export interface OfferOptions {
  /** The origin of the API. */
  api: string;
  /** An offer that is at hand, with its token. */
  presentation?: Presentation;
  id?: string;
  token?: string;
  /** Asks the merchant's backend for the offer; `wait`: there may be one later. */
  fetchOffer?: () => Promise<Presentation | TokenGrant | 'wait' | undefined>;
  /** Renews a token that has run out. */
  fetchToken?: (id: string) => Promise<string | undefined>;
  /** BCP 47. */
  locale?: string;
  /** How long to wait for an offer. Milliseconds, 1500 by default. */
  wait?: number;
  fetch?: typeof fetch;
}

export interface Offer {
  readonly state: OfferState;
  /** Calls back on each change, and returns how to stop. */
  subscribe: (this: void, listener: () => void) => () => void;
  on<K extends keyof OfferEvents>(name: K, listener: (detail: OfferEvents[K]) => void): () => void;
  accept(consents?: readonly string[]): Promise<void>;
  decline(): Promise<void>;
  /** Prices another option or quantity. */
  choose(choice: Choice): Promise<void>;
  /** Tells that the customer has the offer before their eyes. */
  viewed(): void;
  /** Looks at once, as after the page was asleep. */
  refresh(): void;
  /** Milliseconds until the window ends, by the server's clock. */
  left(): number;
  close(): void;
}

const SECOND = 1000;
const ANSWER = 30 * SECOND;
/** A proxy that holds a stream back delivers nothing within this time. */
const FIRST_EVENT = 3 * SECOND;
const POLL = 2 * SECOND;
const NEXT_AFTER = [SECOND, 2 * SECOND, 3 * SECOND];

const PHASES: Record<Status, Phase> = {
  open: 'open',
  accepted: 'processing',
  charging: 'processing',
  reconciling: 'processing',
  needs_review: 'processing',
  scheduled: 'processing',
  requires_action: 'action',
  fallback: 'fallback',
  paid: 'paid',
  declined: 'declined',
  expired: 'ended',
  withdrawn: 'ended',
  failed: 'ended',
};
const FINAL: readonly Phase[] = ['paid', 'declined', 'ended'];

export function createOffer(options: OfferOptions): Offer {
  const { api, locale, wait = 1.5 * SECOND, fetchOffer, fetchToken } = options;
  const http = options.fetch ?? ((...args: Parameters<typeof fetch>) => fetch(...args));
  const target = new EventTarget();
  let state: OfferState = { phase: 'none' };
  let id = '';
  let token = '';
  let skew = 0;
  let viewedId = '';
  let lookedAfter = '';
  let closed = false;
  let following: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function emit<K extends keyof OfferEvents>(name: K, detail: OfferEvents[K]): void {
    target.dispatchEvent(new CustomEvent(name, { detail }));
  }

  function set(change: Partial<OfferState>): void {
    if (closed) return;
    state = { ...state, ...change };
    emit('change', state);
  }

  function fail(code: string, message: string, status?: number): void {
    emit('error', { code, message, status });
  }

  // --- Asking --------------------------------------------------------------------------------------------

  interface Answer {
    status: number;
    body: Record<string, unknown>;
  }

  async function ask(action = '', body?: object, renewed = false): Promise<Answer> {
    const asked = id;
    const response = await http(url(action), {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER),
    });
    if (response.status === 401 && !renewed && (await renew(asked))) return ask(action, body, true);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  function url(action: string): string {
    const query = locale ? `?locale=${encodeURIComponent(locale)}` : '';
    return `${api}/api/presentations/${encodeURIComponent(id)}${action && `/${action}`}${query}`;
  }

  async function renew(forId: string): Promise<boolean> {
    const fresh = await fetchToken?.(forId).catch(() => undefined);
    if (fresh === undefined || forId !== id) return false;
    token = fresh;
    return true;
  }

  // --- Knowing -------------------------------------------------------------------------------------------

  /** Takes what the server says about the presentation. What is older than what is known changes nothing. */
  function take(presentation: Presentation, change: Partial<OfferState> = {}): void {
    if (closed) return;
    const { next, ...own } = presentation;
    const isNew = own.id !== id || state.presentation === undefined;
    const time = Date.parse(own.serverTime);
    if (!isNew && state.presentation && Date.parse(state.presentation.serverTime) > time) return;
    id = own.id;
    if (own.token) token = own.token;
    skew = time - Date.now();
    const phase = PHASES[own.status];
    const { phase: former, status: formerStatus } = state;
    const samePrice =
      state.shown !== undefined && !isNew && state.presentation?.price.hash === own.price.hash;
    const quoted = phase === 'open' && samePrice && change.shown === undefined ? state.shown : undefined;
    set({
      phase,
      status: own.status,
      presentation: own,
      shown: quoted ?? own,
      notice: isNew || phase !== former ? undefined : state.notice,
      missing: undefined,
      ...change,
    });
    if (isNew) emit('shown', own);
    if (isNew ? phase !== 'open' : phase !== former || own.status !== formerStatus) {
      if (former === 'open' && ['processing', 'action', 'fallback', 'paid'].includes(phase))
        emit('accepted', own);
      if (phase === 'paid') emit('paid', own);
      if (phase === 'declined') emit('declined', own);
      if (FINAL.includes(phase)) emit('ended', own);
    }
    if (next) goOn(next);
    else if (FINAL.includes(phase)) void lookForNext(own.id);
    else follow();
  }

  /** Shows the offer that follows. */
  function goOn(next: Presentation): void {
    const before = state.presentation;
    id = '';
    token = next.token ?? '';
    take(next, { before, busy: undefined, notice: undefined });
  }

  /** The next offer may open a moment after the one before it has ended. */
  async function lookForNext(after: string): Promise<void> {
    if (lookedAfter === after) return;
    lookedAfter = after;
    following?.abort();
    for (const pause of NEXT_AFTER) {
      await sleep(pause);
      if (closed || id !== after) return;
      const { status, body } = await ask().catch(() => NO_ANSWER);
      const { next } = body as { next?: Presentation };
      if (status === 200 && next && id === after) {
        goOn(next);
        return;
      }
    }
  }

  function lose(): void {
    following?.abort();
    set({ phase: 'lost', busy: undefined });
    fail('token_expired', 'The token is not valid any more.', 401);
  }

  // --- Following -----------------------------------------------------------------------------------------

  /** Follows the presentation by a stream, and by asking where streams do not get through. */
  function follow(): void {
    if (following && !following.signal.aborted) return;
    const controller = new AbortController();
    following = controller;
    void run(controller.signal);
  }

  async function run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    let streams = true;
    while (!signal.aborted && !closed) {
      if (streams) {
        const heard = await listen(signal);
        if (signal.aborted) return;
        failures = heard ? 0 : failures + 1;
        streams = failures < 3;
        await sleep(heard ? SECOND / 4 : Math.min((SECOND / 2) * failures, POLL));
      } else {
        await poll();
        await sleep(POLL);
        // A server that was away may be back.
        streams = failures++ % 15 === 0;
      }
    }
  }

  /** Returns whether anything was heard. */
  async function listen(signal: AbortSignal): Promise<boolean> {
    const controller = new AbortController();
    const stop = () => controller.abort();
    signal.addEventListener('abort', stop);
    let heard = false;
    const first = setTimeout(stop, FIRST_EVENT);
    try {
      const response = await http(url('events'), {
        headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
        signal: controller.signal,
      });
      if (response.status === 401) {
        if (await renew(id)) return true;
        lose();
      }
      if (response.status !== 200 || !response.body) return false;
      for await (const data of readEvents(response.body)) {
        clearTimeout(first);
        heard = true;
        take(JSON.parse(data) as Presentation);
      }
    } catch {
      // Cut off: followed again.
    } finally {
      clearTimeout(first);
      signal.removeEventListener('abort', stop);
      controller.abort();
    }
    return heard;
  }

  async function poll(): Promise<void> {
    const { status, body } = await ask().catch(() => NO_ANSWER);
    if (status === 200) take(body as unknown as Presentation);
    else if (status === 401 || status === 404) lose();
  }

  // --- Deciding ------------------------------------------------------------------------------------------

  async function decide(action: 'accept' | 'decline', request: object): Promise<void> {
    if (state.busy === 'accept' || state.busy === 'decline' || state.phase !== 'open') return;
    const decided = id;
    set({ busy: action, notice: undefined, missing: undefined });
    const { status, body } = await ask(action, request).catch(() => NO_ANSWER);
    if (closed || id !== decided) return set({ busy: undefined });
    const { presentation, quote, next, code, detail, missing } = body as {
      presentation?: Presentation;
      quote?: Shown;
      next?: Presentation;
      code?: string;
      detail?: string;
      missing?: string[];
    };
    const known = state.presentation;
    const notice = code === 'price_changed' ? ('price_changed' as const) : undefined;
    if (code) fail(code, detail ?? code, status);
    if (presentation) take(presentation, { busy: undefined, notice });
    else if (quote) set({ shown: quote, busy: undefined, notice: 'price_changed' });
    else if (status === 200 && known) {
      take({ ...known, status: 'declined', serverTime: now(), next }, { busy: undefined });
    } else if (status === 401 || status === 404) lose();
    else {
      if (status === 0) fail('unreachable', 'The API could not be reached.');
      const told: Notice = code === 'consent_required' ? code : status === 429 ? 'busy' : 'unreachable';
      set({ busy: undefined, notice: told, missing });
      // The answer may have been lost, and not the decision.
      if (told === 'unreachable') void poll();
    }
  }

  function now(): string {
    return new Date(Date.now() + skew).toISOString();
  }

  // --- Beginning -----------------------------------------------------------------------------------------

  async function begin(): Promise<void> {
    if (options.presentation) return take(options.presentation);
    if (options.id && options.token) return open({ id: options.id, token: options.token });
    const end = Date.now() + wait;
    for (let pause = SECOND / 4; fetchOffer && !closed; pause = Math.min(pause * 1.5, POLL)) {
      const found = await within(fetchOffer(), end - Date.now());
      if (closed) return;
      if (found === undefined) break;
      if (found !== 'wait') return 'status' in found ? take(found) : open(found);
      if (Date.now() + pause >= end) break;
      await sleep(pause);
    }
    emit('none', undefined);
  }

  async function open(grant: TokenGrant): Promise<void> {
    ({ id, token } = grant);
    const answer = await within(ask(), wait);
    if (closed) return;
    if (answer?.status === 200) return take(answer.body as unknown as Presentation);
    if (answer) fail('not_available', 'The offer could not be read.', answer.status);
    emit('none', undefined);
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => (timer = setTimeout(resolve, ms)));
  }

  void begin();

  return {
    get state() {
      return state;
    },
    subscribe: (listener) => listenOn(target, 'change', () => listener()),
    on: (name, listener) =>
      listenOn(target, name, (event) => listener((event as CustomEvent<OfferEvents[typeof name]>).detail)),
    accept(consents) {
      const { shown, presentation } = state;
      if (!shown || !presentation) return Promise.resolve();
      const { option, quantity, price } = shown;
      return decide('accept', {
        priceHash: price.hash,
        ...(presentation.choices && { option, quantity }),
        ...(consents?.length && { consents }),
      });
    },
    decline: () => decide('decline', {}),
    async choose(choice) {
      if (state.phase !== 'open' || state.busy) return;
      const asked = id;
      set({ busy: 'quote', notice: undefined });
      const { status, body } = await ask('quote', choice).catch(() => NO_ANSWER);
      if (id !== asked || state.busy !== 'quote') return;
      const { presentation } = body as { presentation?: Presentation };
      if (status === 200) set({ shown: body as unknown as Shown, busy: undefined });
      else if (presentation) take(presentation, { busy: undefined });
      else set({ busy: undefined, notice: status === 429 ? 'busy' : 'unreachable' });
    },
    viewed() {
      if (viewedId === id || state.phase !== 'open') return;
      viewedId = id;
      ask('view', {}).catch(() => undefined);
    },
    refresh() {
      if (state.phase === 'none' || FINAL.includes(state.phase)) return;
      following?.abort();
      follow();
    },
    left: () => Math.max(0, Date.parse(state.presentation?.expiresAt ?? '') - Date.now() - skew) || 0,
    close() {
      closed = true;
      clearTimeout(timer);
      following?.abort();
    },
  };
}

const NO_ANSWER = { status: 0, body: {} };

function listenOn(target: EventTarget, name: string, listener: (event: Event) => void): () => void {
  target.addEventListener(name, listener);
  return () => target.removeEventListener(name, listener);
}

/** Undefined when there is no answer in time, or none at all. */
async function within<T>(answer: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, Math.max(ms, 0))));
  try {
    return await Promise.race([answer, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
