/** Plots as SVG, drawn on the server. Beside each stands a table with the same figures. */
import { scaleBand, scaleLinear, scalePoint, type ScaleLinear } from 'd3-scale';
import { line as lineOf } from 'd3-shape';
import { html, type Html } from '../../html.js';

const WIDTH = 720;
const HEIGHT = 230;
const MARGIN = { top: 12, right: 12, bottom: 26, left: 58 };
const TICKS = 4;
const MOST_LABELS = 8;
const SERIES = 6;

export interface Series {
  name: string;
  /** One per label. */
  values: number[];
}

export interface Plot {
  title: string;
  /** Along the bottom, such as days. */
  labels: string[];
  series: Series[];
  kind: 'lines' | 'bars';
  /** Writes a figure on the axis. */
  format: (value: number) => string;
}

/** Draws a plot; nothing where there is nothing to draw. */
export function plot({ title, labels, series, kind, format }: Plot): Html {
  if (labels.length === 0 || series.length === 0) return html``;
  const [shown, max] = [series.slice(0, SERIES), Math.max(0, ...series.flatMap(({ values }) => values))];
  const min = Math.min(0, ...series.flatMap(({ values }) => values));
  const y = scaleLinear()
    .domain([min, max === min ? min + 1 : max])
    .nice(TICKS)
    .range([HEIGHT - MARGIN.bottom, MARGIN.top]);
  const drawn = kind === 'lines' ? lines(labels, shown, y) : bars(labels, shown, y);
  return framed({
    title,
    keys: shown.map(({ name }, index) => html`<span class="key k${index + 1}">${name}</span>`),
    description: describe(title, labels, shown, format),
    drawing: html`${gridOf(y, max, format)} ${drawn}`,
  });
}

/** Puts a drawing under its title. `description`: what it shows, for those who do not see it. */
function framed({
  title,
  keys,
  description,
  height = HEIGHT,
  drawing,
}: {
  title: string;
  keys?: Html[];
  description: string;
  height?: number;
  drawing: Html;
}): Html {
  return html`<figure class="plot">
    <figcaption><strong>${title}</strong> ${keys}</figcaption>
    <div class="scroll" role="region" aria-label="${title}" tabindex="0">
      <svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${description}">${drawing}</svg>
    </div>
  </figure>`;
}

type Scale = (value: number) => number;

/** The lines across, each with its figure. */
function gridOf(y: ScaleLinear<number, number>, max: number, format: Plot['format']): Html[] {
  const ticks = y.ticks(TICKS).filter((tick) => max > TICKS || Number.isInteger(tick));
  return ticks.map(
    (tick) =>
      html`<line
          class="${tick === 0 ? 'zero' : 'grid'}"
          x1="${MARGIN.left}"
          x2="${WIDTH - MARGIN.right}"
          y1="${round(y(tick))}"
          y2="${round(y(tick))}"
        /><text x="${MARGIN.left - 8}" y="${round(y(tick)) + 4}" text-anchor="end">${format(tick)}</text>`,
  );
}

function lines(labels: string[], series: Series[], y: Scale): Html[] {
  const x = scalePoint<number>()
    .domain(labels.map((_, index) => index))
    .range([MARGIN.left + 6, WIDTH - MARGIN.right - 6]);
  const at = (index: number) => round(x(index) ?? 0);
  return [
    ...bottomLabels(labels, at),
    ...series.flatMap(({ values }, index) => {
      const path = lineOf<number>()
        .x((_, place) => at(place))
        .y((value) => round(y(value)))(values);
      const last = values.length - 1;
      return [
        html`<g class="k${index + 1}">
          <path class="line" d="${path ?? ''}" />
          ${
            labels.length === 1 || values.length > 0
              ? html`<circle class="spot" cx="${at(last)}" cy="${round(y(values[last] ?? 0))}" r="3.5" />`
              : html``
          }
        </g>`,
      ];
    }),
  ];
}

function bars(labels: string[], series: Series[], y: Scale): Html[] {
  const x = scaleBand<number>()
    .domain(labels.map((_, index) => index))
    .range([MARGIN.left + 4, WIDTH - MARGIN.right])
    .padding(0.28);
  const inner = scaleBand<number>()
    .domain(series.map((_, index) => index))
    .range([0, x.bandwidth()])
    .padding(0.08);
  return [
    ...bottomLabels(labels, (index) => round((x(index) ?? 0) + x.bandwidth() / 2)),
    ...series.map(
      ({ values }, index) =>
        html`<g class="k${index + 1}">
          ${values.map((value, place) => {
            const [top, bottom] = [Math.min(y(value), y(0)), Math.max(y(value), y(0))];
            return html`<rect
              class="bar"
              x="${round((x(place) ?? 0) + (inner(index) ?? 0))}"
              y="${round(top)}"
              width="${round(inner.bandwidth())}"
              height="${round(bottom - top)}"
              rx="1.5"
            />`;
          })}
        </g>`,
    ),
  ];
}

export interface Step {
  name: string;
  /** How far it goes up or down. */
  change: number;
  /** Stands on the ground: what there is before or after the others. */
  isLevel?: boolean;
}

/** Draws how steps lead from one level to another. */
export function bridge(title: string, steps: Step[], format: Plot['format']): Html {
  let at = 0;
  const spans = steps.map(({ name, change, isLevel }) => {
    const from = isLevel ? 0 : at;
    at = from + change;
    return { name, change, from, to: at, colour: isLevel ? 1 : change < 0 ? 3 : 2 };
  });
  const values = [0, ...spans.map(({ to }) => to)];
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const y = scaleLinear()
    .domain([min, max === min ? min + 1 : max])
    .nice(TICKS)
    .range([HEIGHT - MARGIN.bottom, MARGIN.top]);
  const x = scaleBand<number>()
    .domain(spans.map((_, index) => index))
    .range([MARGIN.left + 4, WIDTH - MARGIN.right])
    .padding(0.25);
  return framed({
    title,
    description: `${title}. ${spans.map(({ name, change }) => `${name}: ${format(change)}`).join('; ')}.`,
    drawing: html`${gridOf(y, max, format)}
    ${spans.map(
      ({ name, from, to, colour }, index) =>
        html`<g class="k${colour}">
          <rect
            class="bar"
            x="${round(x(index) ?? 0)}"
            y="${round(Math.min(y(from), y(to)))}"
            width="${round(x.bandwidth())}"
            height="${round(Math.max(1, Math.abs(y(from) - y(to))))}"
            rx="1.5"
          /><text x="${round((x(index) ?? 0) + x.bandwidth() / 2)}" y="${HEIGHT - 8}" text-anchor="middle"
            >${name}</text
          >
        </g>`,
    )}`,
  });
}

/** A label every so often, so that none covers another. */
function bottomLabels(labels: string[], at: (index: number) => number): Html[] {
  const every = Math.max(1, Math.ceil(labels.length / MOST_LABELS));
  return labels.flatMap((label, index) =>
    index % every === 0
      ? [html`<text x="${at(index)}" y="${HEIGHT - 8}" text-anchor="middle">${label}</text>`]
      : [],
  );
}

/** Says in words what the plot shows, for those who do not see it. */
function describe(title: string, labels: string[], series: Series[], format: Plot['format']): string {
  const each = series.map(({ name, values }) => {
    const sum = values.reduce((total, value) => total + value, 0);
    return `${name}: ${format(sum)} in all, at most ${format(Math.max(...values))}`;
  });
  return `${title}, ${labels[0] ?? ''} to ${labels.at(-1) ?? ''}. ${each.join('; ')}. The table below has every figure.`;
}

const round = (value: number) => Math.round(value * 10) / 10;

/** Draws an estimate with its interval for each row, on a common scale, and a line at `reference`. */
export function intervals(
  title: string,
  rows: { name: string; estimate: number; low: number; high: number }[],
  format: (value: number) => string,
  reference?: number,
): Html {
  if (rows.length === 0) return html``;
  const left = 150;
  const step = 30;
  const height = rows.length * step + 34;
  const values = rows.flatMap(({ low, high }) => [low, high]).concat(reference ?? []);
  const x = scaleLinear()
    .domain([Math.min(...values), Math.max(...values)])
    .nice()
    .range([left, WIDTH - 24]);
  const described = rows.map(
    ({ name, estimate, low, high }) =>
      `${name}: ${format(estimate)}, between ${format(low)} and ${format(high)}`,
  );
  return framed({
    title,
    description: `${title}. ${described.join('; ')}.`,
    height,
    drawing: html`${x
      .ticks(6)
      .map(
        (tick) =>
          html`<line
              class="grid"
              x1="${round(x(tick))}"
              x2="${round(x(tick))}"
              y1="4"
              y2="${height - 24}"
            /><text x="${round(x(tick))}" y="${height - 7}" text-anchor="middle">${format(tick)}</text>`,
      )}
    ${
      reference !== undefined &&
      html`<line
        class="zero"
        x1="${round(x(reference))}"
        x2="${round(x(reference))}"
        y1="4"
        y2="${height - 24}"
      />`
    }
    ${rows.map(({ name, estimate, low, high }, index) => {
      const y = index * step + 22;
      return html`<g class="k${(index % SERIES) + 1}">
        <text x="0" y="${y + 4}">${name}</text>
        <line class="range" x1="${round(x(low))}" x2="${round(x(high))}" y1="${y}" y2="${y}" />
        <circle class="spot" cx="${round(x(estimate))}" cy="${y}" r="5" />
      </g>`;
    })}`,
  });
}
