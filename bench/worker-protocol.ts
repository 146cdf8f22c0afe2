/** What a worker can be asked for: functions of at most one value that survives being sent. */
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
