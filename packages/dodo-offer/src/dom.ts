/** Builds elements without parsing markup, which Trusted Types would refuse. */

type Attributes = Record<string, string | boolean | undefined | ((event: Event) => unknown)>;
type Child = Node | string | number | false | undefined;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes,
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value) element.setAttribute(name, value);
  }
  element.append(
    ...children.filter(
      (child): child is Node | string =>
        typeof child === 'object' || (typeof child === 'string' && child !== ''),
    ),
  );
  return element;
}

const PATHS: Record<string, string> = {
  good: 'M4 12l5 5L20 6',
  care: 'M12 4v10M12 19v.5',
  wait: 'M12 3a9 9 0 1 1-9 9',
  '': 'M5 12h14',
};

export function icon(tone: string): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', PATHS[tone] ?? '');
  svg.append(path);
  return svg;
}
