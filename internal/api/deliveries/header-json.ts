import type { Header } from '../../domain/message/message.js';

/** The values of each name, in their order. */
export function headersJson(headers: Iterable<Header>): Record<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  return Object.fromEntries(values);
}

/** Reads lines `name: value`, with names in lower case. */
export function headersOf(lines: string): ReturnType<typeof headersJson> {
  return headersJson(
    lines
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const colon = line.indexOf(': ');
        return colon < 0 ? [line, ''] : [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)];
      }),
  );
}
