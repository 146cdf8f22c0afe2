const NAME = 'retry-after';

/** The first `Retry-After` in undici's raw list `name, value, name, value …`. */
export function findRetryAfter(headers: readonly Buffer[]): string | undefined {
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at];
    if (name?.length === NAME.length && name.toString('latin1').toLowerCase() === NAME)
      return headers[at + 1]?.toString('latin1');
  }
  return undefined;
}
