const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

/** Converts arbitrary bytes to text that PostgreSQL accepts: invalid UTF-8 and NUL become U+FFFD. */
export function storableText(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
}
