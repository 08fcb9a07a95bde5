/** The script and the style sheet, served under paths that change with their content. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface Asset {
  path: string;
  type: string;
  body: Buffer;
}

const NAME_DIGITS = 12;

export const STYLE_SHEET = asset('shop.css', 'text/css; charset=utf-8');
export const SCRIPT = asset('shop.js', 'text/javascript; charset=utf-8');

function asset(name: string, type: string): Asset {
  const body = readFileSync(new URL(`assets/${name}`, import.meta.url));
  const version = createHash('sha256').update(body).digest('hex').slice(0, NAME_DIGITS);
  return { path: `/shop/assets/${version}/${name}`, type, body };
}
