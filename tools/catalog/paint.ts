/** Colours text for terminals, but not for files, pipes and logs. */
const CODES = { green: 32, red: 31, yellow: 33, bold: 1, dim: 2 } as const;

export type Paint = (colour: keyof typeof CODES, text: string) => string;

export function painter(stream: { isTTY?: boolean }, env = process.env): Paint {
  if (!stream.isTTY || env.NO_COLOR) return (_, text) => text;
  return (colour, text) => `\u001b[${String(CODES[colour])}m${text}\u001b[0m`;
}
