import type { Format } from './formats.js';

export interface KeyOptions {
  /** The service does not start without a value. */
  readonly required?: true;
  /** Never shown in a message or a log; `<KEY>_FILE` may name a file, and `<KEY>_COMMAND` a command that prints it. */
  readonly sensitive?: true;
  /** The value that `config.yml` shows for a required key. */
  readonly sample?: string;
  /** The key's name in earlier versions, which is still read. */
  readonly formerly?: string;
}

/** One configuration key: its name without the prefix, description, format, and default as an operator writes it. */
export class ConfigKey<T = unknown> {
  constructor(
    readonly name: string,
    readonly doc: string,
    readonly format: Format<T>,
    readonly value: KeyOptions & { readonly default: string },
  ) {}
}

interface KeyText<T> extends KeyOptions {
  readonly doc: string;
  readonly format: Format<T>;
}

/** A key with a default. */
export function key<T>(name: string, defaultText: string, { doc, format, ...options }: KeyText<T>): ConfigKey<T> {
  return new ConfigKey(name, doc, format, { default: defaultText, ...options });
}

/** A key without a default; `config.yml` shows the sample. */
export function required<T>(name: string, sample: string, { doc, format, ...options }: KeyText<T>): ConfigKey<T> {
  return new ConfigKey(name, doc, format, { default: '', required: true, sample, ...options });
}

/** The description of a key for people; each can be read alone. */
export function docOf({ name, doc, value }: ConfigKey): string {
  return value.sensitive ? `${doc} Secret: ${name}_FILE names a file, or ${name}_COMMAND a command.` : doc;
}

/** Keys by the path that their value has in `Config`. */
export interface KeyTree {
  readonly [path: string]: ConfigKey | KeyTree;
}

/** The values of a tree of keys. A value that may be absent has no property then. */
export type ValuesOf<T> = {
  readonly [P in keyof T as undefined extends ValueOf<T[P]> ? never : P]: ValueOf<T[P]>;
} & { readonly [P in keyof T as undefined extends ValueOf<T[P]> ? P : never]?: Exclude<ValueOf<T[P]>, undefined> };

type ValueOf<T> = T extends ConfigKey<infer V> ? V : ValuesOf<T>;
