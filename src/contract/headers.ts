/** The Temporal headers that cross from the API to the runs and from there to activities. */

/** W3C Trace Context. */
export const TRACEPARENT = 'traceparent';
/** The id of the request to the API that a run acts on. */
export const REQUEST_ID = 'x-request-id';

export const CARRIED_HEADERS = [TRACEPARENT, REQUEST_ID] as const;
