/** Whether PostgreSQL can store the text: it contains neither NUL nor half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text);
}

export const UNSTORABLE = 'text may not contain NUL or lone surrogates';
