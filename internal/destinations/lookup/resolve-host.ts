/** Returns why a name may not be looked up, or undefined. */
export type ProblemOfName = (name: string) => string | undefined;

/**
 * Returns all addresses of a host name. It rejects with a `DescribedFault`, and has a time limit of its own. The
 * addresses are judged and used for one connection only. `problemOf` judges the full names to which a short name may be
 * expanded.
 */
export type ResolveHost = (hostname: string, problemOf?: ProblemOfName) => Promise<readonly string[]>;
