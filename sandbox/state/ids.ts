import { randomInt } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 21;

/** Returns a new opaque id such as `pay_gr4RizvMOXFJ6xca3y2tU`. */
export function newId(prefix: string): string {
  let id = `${prefix}_`;
  for (let index = 0; index < LENGTH; index++) id += ALPHABET.charAt(randomInt(ALPHABET.length));
  return id;
}
