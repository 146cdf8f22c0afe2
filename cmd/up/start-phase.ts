export interface StartPhase<T> {
  readonly name: string;
  say(line: string): void;
  work(): Promise<T>;
  /** The end of the line, for example the data directory. */
  noteOf(result: T): string;
}

/** Runs a phase of the start and reports it in one line, in the format of the phases before it (scripts/run.mjs). */
export async function startPhase<T>({ name, say, work, noteOf }: StartPhase<T>): Promise<T> {
  const startedMs = performance.now();
  const result = await work();
  say(phaseLine(name, performance.now() - startedMs, noteOf(result)));
  return result;
}

export function phaseLine(name: string, tookMs: number, note: string): string {
  return `${name.padEnd(12)}${(tookMs / 1000).toFixed(1).padStart(6)} s  ${note}`;
}
