const BREAK = /\r?\n[ \t]*/g;

/** A text without its line breaks. */
export interface Joined {
  readonly text: string;
  /** The position of each character in the text with line breaks. */
  readonly origins: Uint32Array;
}

/**
 * Joins the lines of a text, because base64 and hex are often written in lines. Returns undefined for a single line.
 */
export function joinedText(text: string): string | undefined {
  return text.includes('\n') ? text.replace(BREAK, '') : undefined;
}

/** Joins the lines and returns the origins of the characters too. */
export function joinLines(text: string): Joined | undefined {
  const joined = joinedText(text);
  if (joined === undefined) return undefined;
  const origins = new Uint32Array(joined.length);
  let length = 0;
  let from = 0;
  const add = (until: number) => {
    for (let at = from; at < until; at++) origins[length++] = at;
  };
  for (const { index, 0: whole } of text.matchAll(BREAK)) {
    add(index);
    from = index + whole.length;
  }
  add(text.length);
  return { text: joined, origins };
}
