/** Text that is markup already. Everything else put into a template is escaped. */
export interface Html {
  readonly markup: string;
}

type Value = Html | Html[] | string | number | null | undefined | false;

/** A piece of a page: values are escaped, pieces and lists of pieces are not; nothing is written for null and false. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Html {
  let markup = parts[0] ?? '';
  values.forEach((value, index) => {
    markup += render(value) + (parts[index + 1] ?? '');
  });
  return { markup };
}

/** Markup of our own, such as style sheets and scripts, taken as it is. */
export function raw(markup: string): Html {
  return { markup };
}

function render(value: Value): string {
  if (value === null || value === undefined || value === false) return '';
  if (Array.isArray(value)) return value.map((piece) => piece.markup).join('');
  return typeof value === 'object' ? value.markup : escape(String(value));
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
