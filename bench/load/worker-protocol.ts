/** The commands of a worker: functions with at most one argument, which must survive being sent between processes. */
export type Commands = Readonly<Record<string, (input: never) => unknown>>;

export interface Question {
  readonly id: number;
  readonly command: string;
  readonly input: never;
}

export interface Answer {
  readonly id: number;
  readonly output?: unknown;
  readonly error?: string;
}

export interface News {
  readonly news: unknown;
}
