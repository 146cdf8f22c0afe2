/**
 * The addresses of a host's name, all of them. Rejects with a `KnownFault`; ends within a time of its own.
 * What it gives is used for one connection, and judged for it.
 */
export type ResolveHost = (hostname: string) => Promise<readonly string[]>;
