/** Spans, and how a trace crosses from one process to another. Without an exporter, all of it does nothing. */
import {
  context,
  isSpanContextValid,
  propagation,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanKind,
} from '@opentelemetry/api';

interface SpanOptions {
  kind: SpanKind;
  attributes?: Attributes;
  /** What it is a part of; the current span by default. */
  parent?: Context;
}

const tracer = () => trace.getTracer('durable-upsells');

/** Does some work within a span, which ends with it. */
export async function inSpan<T>(
  name: string,
  { kind, attributes, parent }: SpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const span = tracer().startSpan(
    name,
    { kind, ...(attributes && { attributes }) },
    parent ?? context.active(),
  );
  try {
    return await context.with(trace.setSpan(parent ?? context.active(), span), () => work(span));
  } catch (error) {
    // The message may hold what no trace may show.
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

/** Begins a span that its caller ends, and does some work within it. */
export function startSpan(
  name: string,
  { kind, attributes, parent }: SpanOptions,
  work: (span: Span) => void,
): void {
  const within = parent ?? context.active();
  const span = tracer().startSpan(name, { kind, ...(attributes && { attributes }) }, within);
  context.with(trace.setSpan(within, span), () => work(span));
}

/** Returns the current trace as a W3C `traceparent`; undefined outside of one. */
export function traceparent(): string | undefined {
  const span = trace.getActiveSpan();
  if (!span || !isSpanContextValid(span.spanContext())) return undefined;
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

/** Returns the trace that a `traceparent` names. */
export function traceOf(header: string | undefined): Context {
  return header === undefined
    ? context.active()
    : propagation.extract(context.active(), { traceparent: header });
}
