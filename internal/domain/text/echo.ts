const MAX_COUNT = 100;

/** Shortens a caller's text for use in a message, to a length that is enough to find the place. */
export function echo(text: string, max = MAX_COUNT): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}
