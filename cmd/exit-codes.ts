/** The exit codes of hukz, as docs/command-line.md lists them. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** The named resource does not exist. */
  notFound: 3,
  /** A comparison found a difference. */
  different: 3,
  notAllowed: 4,
  /** The service refuses the request because of what it contains, or because of the present state. */
  refused: 5,
  unreachable: 6,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
