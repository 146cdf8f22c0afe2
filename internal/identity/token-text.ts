import { createHash, randomInt } from 'node:crypto';

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 37 letters are 220 bits, and six letters hold a checksum of 32 bits. */
const RANDOM_LETTERS = 37;
const CHECK_LETTERS = 6;

/** The form of a token. Scanners of source code find tokens by it, and tell them from other texts by the checksum. */
const FORM = /^(hukz_([1-9][0-9]{0,9})_[0-9A-Za-z]{37})([0-9A-Za-z]{6})$/;
const BEARER = /^Bearer +(hukz_\S*) *$/i;

/** A token as its holder sends it: the id of its row, and the digest by which the row knows it. */
export interface ShownToken {
  readonly id: number;
  readonly digest: Buffer;
}

/** Makes the text of a token. It is shown once, and only its digest is stored. */
export function makeTokenText(id: number): string {
  const random = Array.from({ length: RANDOM_LETTERS }, () => LETTERS[randomInt(LETTERS.length)]);
  const begin = `hukz_${id}_${random.join('')}`;
  return begin + checksumOf(begin);
}

export const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Reads the text of a token. Undefined if it has another form, or a checksum that does not fit. */
export function readTokenText(text: string): ShownToken | undefined {
  const [, begin, id, check] = FORM.exec(text) ?? [];
  if (begin === undefined || checksumOf(begin) !== check) return undefined;
  return { id: Number(id), digest: digestOf(text) };
}

/** The text that an `Authorization` header shows as a token of hukz, whatever its form. */
export function tokenIn(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
}

/** The first four bytes of the SHA-256 of the text before, as six letters to the base 62. */
function checksumOf(begin: string): string {
  let rest = digestOf(begin).readUInt32BE(0);
  let letters = '';
  for (let n = 0; n < CHECK_LETTERS; n++) {
    letters = LETTERS.charAt(rest % LETTERS.length) + letters;
    rest = Math.floor(rest / LETTERS.length);
  }
  return letters;
}
