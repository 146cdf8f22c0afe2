/** The bytes of a key written as a prefix and base64; undefined when it is not written so. */
export function readKey(prefix: string, text: string): Buffer | undefined {
  if (!text.startsWith(prefix)) return undefined;
  const written = text.slice(prefix.length);
  const bytes = Buffer.from(written, 'base64');
  return bytes.toString('base64') === written ? bytes : undefined;
}

export const writeKey = (prefix: string, bytes: Uint8Array) => prefix + Buffer.from(bytes).toString('base64');
