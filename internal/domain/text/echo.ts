const MAX_COUNT = 100;

/** What a caller wrote, as a message repeats it: enough to find the place, whatever its length. */
export function echo(text: string, most = MAX_COUNT): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
