import { findKey } from '../schema.js';

/** The place that has the value of a secret, instead of the variable of its own name. */
export interface SecretSource {
  readonly key: string;
  readonly from: 'file' | 'command';
}

const SUFFIXES = { file: '_FILE', command: '_COMMAND' } as const;

/** The source that a name such as `NATS_TOKEN_FILE` or `ENCRYPTION_KEYS_COMMAND` gives; undefined for other names. */
export function secretSourceOf(name: string): SecretSource | undefined {
  for (const from of ['file', 'command'] as const) {
    const suffix = SUFFIXES[from];
    const key = name.endsWith(suffix) ? findKey(name.slice(0, -suffix.length)) : undefined;
    if (key?.value.sensitive) return { key: key.name, from };
  }
  return undefined;
}
