export type Level = 'ok' | 'warn' | 'fail';

/** One thing that was looked at. */
export interface Check {
  readonly level: Level;
  readonly name: string;
  /** The facts, without secrets. */
  readonly finding: string;
  /** The remedy, unless all is in order. */
  readonly advice?: string;
}

export const ok = (name: string, finding: string): Check => ({ level: 'ok', name, finding });
export const warn = (name: string, finding: string, advice: string): Check => ({
  level: 'warn',
  name,
  finding,
  advice,
});
export const fail = (name: string, finding: string, advice: string): Check => ({
  level: 'fail',
  name,
  finding,
  advice,
});
