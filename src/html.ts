/** Text that is already markup. All other values in a template are escaped. */
export interface Html {
  readonly markup: string;
}

type Value = Html | Html[] | string | number | null | undefined | false;

/** Builds a piece of a page: values are escaped, pieces and lists of pieces are not, null and false are left out. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Html {
  let markup = parts[0] ?? '';
  values.forEach((value, index) => {
    markup += render(value) + (parts[index + 1] ?? '');
  });
  return { markup };
}

/** Marks our own style sheets and scripts as markup. */
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
