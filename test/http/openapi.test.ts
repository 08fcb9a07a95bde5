import type { Express } from 'express';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import {
  NOTIFICATION_TYPES,
  OUTCOMES,
  PRESENTATION_STATUSES,
  PURCHASE_STATUSES,
  REASON_CODES,
  SENT_TRIGGER_TYPES,
  TRIGGER_TYPES,
} from '../../src/domain/words.js';
import { openApiDocument } from '../../src/http/openapi/document.js';
import type { presentation, presentationWithNext, upsell } from '../../src/http/openapi/shapes.js';
import type { deadNotification, evaluation, purchaseView } from '../../src/http/openapi/run-shapes.js';
import type { review } from '../../src/http/openapi/review-shapes.js';
import type { funnelReport } from '../../src/http/openapi/funnel-shapes.js';
import type { experimentReport } from '../../src/http/openapi/experiment-shapes.js';
import type { deadNotificationView } from '../../src/http/dead-notifications.js';
import type { Upsell } from '../../src/http/current-offer.js';
import type { PresentationWithNext } from '../../src/http/next-offer.js';
import type { PresentationView } from '../../src/http/presentation-view.js';
import type { reviewView } from '../../src/http/reviews/list.js';
import type { ReportPeriod } from '../../src/http/period.js';
import { PROBLEMS } from '../../src/http/problem.js';
import type { purchaseViewOf } from '../../src/http/purchase-view.js';
import type { EvaluationRow } from '../../src/ledger/index.js';
import type { FunnelReport } from '../../src/reports/take-rate.js';
import type { ExperimentReport } from '../../src/reports/experiment-report.js';
import { scriptedApp } from './scripted-api.js';

interface Layer {
  route?: { path: string; stack: { method: string }[] };
  handle: { stack?: Layer[] };
}

/** `GET /api/catalog` and so on, of an app and the routers in it. */
function routesOf(layers: Layer[]): string[] {
  return layers.flatMap(({ route, handle }) =>
    route
      ? [...new Set(route.stack.map(({ method }) => `${method.toUpperCase()} ${route.path}`))]
      : routesOf(handle.stack ?? []),
  );
}

/** Pages and files, which are for browsers. */
const PAGES = /^GET \/(openapi\.json|docs|o|o-page\.css|elements)(\/|$)/;

const document = openApiDocument('https://shop.example');

it('describes every route of the API, and no other', () => {
  const app = scriptedApp({}, []) as Express & { router: { stack: Layer[] } };
  const served = routesOf(app.router.stack)
    .map((route) => route.replaceAll(/:(\w+)/g, '{$1}'))
    .filter((route) => !PAGES.test(route));
  const described = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described.sort()).toEqual(served.sort());
});

describe('words of the domain', () => {
  /** Every list of values in the document. */
  function enumsIn(value: unknown): string[] {
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) =>
      key === 'enum' && Array.isArray(inner) ? [inner.join()] : enumsIn(inner),
    );
  }
  const enums = new Set(enumsIn(document));

  it.each(
    Object.entries({
      NOTIFICATION_TYPES,
      OUTCOMES,
      PRESENTATION_STATUSES,
      PURCHASE_STATUSES,
      REASON_CODES,
      SENT_TRIGGER_TYPES,
      TRIGGER_TYPES,
      codes: Object.keys(PROBLEMS),
    }),
  )('include %s', (_, words) => {
    expect(enums).toContain(words.join());
  });
});

// The type checker fails when the API writes something else than the document describes.
expectTypeOf<PresentationView>().toExtend<z.input<typeof presentation>>();
expectTypeOf<PresentationWithNext>().toExtend<z.input<typeof presentationWithNext>>();
expectTypeOf<Upsell>().toExtend<z.input<typeof upsell>>();
expectTypeOf<Awaited<ReturnType<typeof purchaseViewOf>>>().toExtend<z.input<typeof purchaseView>>();
expectTypeOf<ReturnType<typeof deadNotificationView>>().toExtend<z.input<typeof deadNotification>>();
expectTypeOf<EvaluationRow>().toExtend<z.input<typeof evaluation>>();
expectTypeOf<FunnelReport & ReportPeriod>().toExtend<z.input<typeof funnelReport>>();
expectTypeOf<ExperimentReport & ReportPeriod>().toExtend<z.input<typeof experimentReport>>();
expectTypeOf<Awaited<ReturnType<typeof reviewView>>>().toExtend<z.input<typeof review>>();
