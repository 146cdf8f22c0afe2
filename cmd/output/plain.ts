/**
 * Control characters, and characters that turn the direction of a text: they could move the cursor, hide text or type
 * into the terminal. Tabs and line breaks are among them.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A text of foreign origin as it may be written to a terminal, in one line. */
export function plainLine(text: string): string {
  return text.replace(UNSAFE, escaped);
}

/** The same for a text of several lines. */
export function plain(text: string): string {
  return text.replace(UNSAFE, (unsafe) => (unsafe === '\n' ? unsafe : escaped(unsafe)));
}

/** JSON as it may be written to a terminal: JSON itself may have some of these characters unescaped. */
export function plainJson(json: string): string {
  return json.replace(UNSAFE, (unsafe) => (/[\t\n\r]/.test(unsafe) ? unsafe : escaped(unsafe)));
}

const escaped = (unsafe: string) => `\\u${unsafe.charCodeAt(0).toString(16).padStart(4, '0')}`;
