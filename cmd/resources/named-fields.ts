import type { LocalSession } from '../session/session.js';
import { readData, readTags } from './body.js';
import { given } from './given.js';

/** The options of fields that events, webhooks and spaces share. */
export interface NamedFieldOptions {
  readonly name?: string;
  readonly key?: string;
  readonly tag?: readonly string[];
  readonly managedBy?: string;
  readonly data?: string;
}

/** The fields that the options give, over those of `--data`. */
export async function namedFields(session: LocalSession, options: NamedFieldOptions) {
  const { name, key, managedBy: managed_by } = options;
  const tags = readTags(options.tag);
  return { ...(await readData(session, options.data)), ...given({ name, key, managed_by, tags }) };
}
