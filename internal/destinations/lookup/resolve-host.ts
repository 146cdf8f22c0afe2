/** Why a name may not be looked up; undefined: it may. */
export type ProblemOfName = (name: string) => string | undefined;

/**
 * The addresses of a host's name, all of them. Rejects with a `KnownFault`; ends within a time of its own.
 * What it gives is used for one connection, and judged for it. `problemOf` judges the names that a short one may stand for.
 */
export type ResolveHost = (hostname: string, problemOf?: ProblemOfName) => Promise<readonly string[]>;
