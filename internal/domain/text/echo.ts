const MAX_COUNT = 100;

/** Shortens a caller's text for use in a message, to a length that is enough to find the place. */
export function echo(text: string, most = MAX_COUNT): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
