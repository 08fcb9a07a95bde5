/** RFC 9457 problem details: the table of codes, and the error that carries one. */

/**
 * Every code a client may receive. Clients switch on them: entries may be added, but a code in use is never renamed
 * and never changes its status.
 */
export const PROBLEMS = {
  bad_request: { status: 400, title: 'The request is malformed' },
  invalid_body: { status: 400, title: 'The body is invalid' },
  invalid_parameter: { status: 400, title: 'A parameter is invalid' },
  invalid_webhook: { status: 400, title: 'The webhook is signed, but its body cannot be read' },
  unauthorized: { status: 401, title: 'No valid credentials' },
  invalid_signature: { status: 401, title: 'The webhook signature is missing, wrong or stale' },
  payment_failed: { status: 402, title: 'The payment did not go through' },
  forbidden: { status: 403, title: 'These credentials do not allow this' },
  unknown_route: { status: 404, title: 'There is no such route' },
  no_open_offer: { status: 404, title: 'No offer is open for this customer' },
  presentation_not_found: { status: 404, title: 'Presentation not found' },
  receipt_not_found: { status: 404, title: 'There is no receipt' },
  purchase_not_found: { status: 404, title: 'Purchase not found' },
  review_not_found: { status: 404, title: 'Review not found' },
  nothing_found: { status: 404, title: 'Nothing is known of this id' },
  not_in_catalog: { status: 404, title: 'The catalog has no such offer or funnel' },
  notification_not_found: { status: 404, title: 'Dead notification not found' },
  bulk_not_found: { status: 404, title: 'Bulk command not found' },
  method_not_allowed: { status: 405, title: 'This address does not serve that method' },
  already_decided: { status: 409, title: 'The offer has already been decided' },
  price_changed: { status: 409, title: 'The price has changed since it was shown' },
  not_in_review: { status: 409, title: 'It is not under review' },
  not_evaluable: { status: 409, title: 'The purchase cannot be evaluated again' },
  customer_active: { status: 409, title: 'A run of the customer is under way' },
  money_in_doubt: { status: 409, title: 'Money of the customer is in doubt' },
  confirmation_required: { status: 409, title: 'A second operator has to say the same' },
  bulk_ended: { status: 409, title: 'The bulk command has ended' },
  evidence_mismatch: { status: 409, title: 'Dodo Payments shows something else' },
  offer_changed: { status: 409, title: 'Another offer is open than the one that was handed out' },
  presentation_expired: { status: 410, title: 'The offer has expired' },
  presentation_withdrawn: { status: 410, title: 'The offer was withdrawn' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The type or encoding of the body is not supported' },
  consent_required: { status: 422, title: 'The offer requires a consent that was not given' },
  product_unavailable: { status: 422, title: 'The product is not available' },
  dodo_rejected: { status: 422, title: 'Dodo Payments rejected the request' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key was used for another request' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  dodo_unavailable: { status: 502, title: 'Dodo Payments gave no usable response' },
  temporarily_unavailable: { status: 503, title: 'The service is temporarily unavailable' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** The media type of every error response. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export interface ProblemOptions {
  /** Explains this occurrence to a person. Never contains a secret or a stack trace. */
  detail?: string;
  /** Extra members of the response, such as `checkoutUrl` or `price`. They cannot replace the standard ones. */
  members?: Record<string, unknown>;
  /** Extra response headers, such as `Retry-After`. */
  headers?: Record<string, string>;
  /** The underlying error, for the log only. */
  cause?: unknown;
}

/** An error to respond with. May be thrown from any handler. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly detail: string | undefined;
  readonly members: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(options.detail ?? PROBLEMS[code].title, { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.status = PROBLEMS[code].status;
    this.detail = options.detail;
    this.members = options.members ?? {};
    this.headers = options.headers ?? {};
  }

  /** Returns the problem document. */
  toJSON(): Record<string, unknown> {
    return {
      ...this.members,
      type: `urn:problem-type:durable-upsells:${this.code}`,
      title: PROBLEMS[this.code].title,
      status: this.status,
      code: this.code,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
    };
  }
}

/**
 * Creates the one response for a presentation that does not exist and for one that is not the caller's: byte for byte
 * the same, so that it never reveals whether an id exists.
 */
export function presentationNotFound(): Problem {
  return new Problem('presentation_not_found', {
    detail: 'There is no presentation with this id, or it is not yours.',
  });
}

const RETRY_AFTER_SECONDS = '5';

/** Creates the 503 that asks the client to retry in five seconds. */
export function temporarilyUnavailable(detail: string, cause?: unknown): Problem {
  return new Problem('temporarily_unavailable', {
    detail,
    headers: { 'Retry-After': RETRY_AFTER_SECONDS },
    cause,
  });
}
