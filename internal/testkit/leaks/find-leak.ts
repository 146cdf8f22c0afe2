import { readTokenText } from '../../identity/token-text.js';
import { CANARY, writingsOf } from '../canary.js';

/** Forms of secrets that hukz makes or gets: signing secrets, private keys and signed JWTs. */
const FORMS = [
  /\bwh(?:sec|sk)_[A-Za-z0-9+/]{24,}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/,
];
const TOKEN = /hukz_[1-9][0-9]{0,9}_[0-9A-Za-z]{43}/g;
const SONGS = writingsOf(CANARY);
/** Most texts have none of these, and need no further look. */
const MAY_LEAK = new RegExp(
  ['hukz_[1-9]', 'whsec_', 'whsk_', 'PRIVATE KEY', 'eyJ', ...SONGS.map((song) => song.replace(/[+/]/g, '\\$&'))].join(
    '|',
  ),
);

/** The first token, secret or canary in a text, if there is one. */
export const findLeak = (text: string): string | undefined =>
  findSecret(text) ?? (MAY_LEAK.test(text) ? SONGS.find((song) => text.includes(song)) : undefined);

/** The same without canaries, which a caller may have sent as any part of a request. */
export function findSecret(text: string): string | undefined {
  if (!MAY_LEAK.test(text)) return undefined;
  // The checksum tells a token from other letters.
  const token = text.match(TOKEN)?.find((each) => readTokenText(each) !== undefined);
  const secret = FORMS.map((form) => form.exec(text)?.[0]).find((found) => found !== undefined);
  return token ?? secret;
}
