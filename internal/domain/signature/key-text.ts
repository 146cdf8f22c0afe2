/** Returns the bytes of a key that is written as a prefix and base64, or undefined when the text has another form. */
export function readKey(prefix: string, text: string): Buffer | undefined {
  if (!text.startsWith(prefix)) return undefined;
  const written = text.slice(prefix.length);
  const bytes = Buffer.from(written, 'base64');
  return bytes.toString('base64') === written ? bytes : undefined;
}

/** Returns a regular expression for keys of `leastBytes` to `mostBytes` bytes, written as a prefix and base64. */
export function keyPattern(prefix: string, leastBytes: number, mostBytes: number): string {
  const whole = (bytes: number) => Math.floor(bytes / 3);
  const ends = ['', '[A-Za-z0-9+/][AQgw]==', '[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]='];
  const forms = ends.flatMap((end, extra) => {
    const [least, most] = [whole(leastBytes - extra + 2), whole(mostBytes - extra)];
    return least > most ? [] : [`(?:[A-Za-z0-9+/]{4}){${least},${most}}${end}`];
  });
  return `^${prefix}(?:${forms.join('|')})$`;
}

export const writeKey = (prefix: string, bytes: Uint8Array) => prefix + Buffer.from(bytes).toString('base64');
