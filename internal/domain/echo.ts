const MOST = 100;

/** What a caller wrote, as a message repeats it: enough to find the place, whatever its length. */
export function echo(text: string): string {
  return text.length <= MOST ? text : `${text.slice(0, MOST - 1)}…`;
}
