import { KEY_PREFIX, RESOURCE_KEY } from '../../resource-key.js';

/** A webhook or a space as a publisher names it: its id, or its key. */
export type ResourceName = number | string;

/** Parses an id of the given form, or `key:<key>`. Undefined if the text is neither. */
export function parseResourceName(text: string, id: RegExp): ResourceName | undefined {
  if (id.test(text)) return Number(text);
  const key = text.startsWith(KEY_PREFIX) ? text.slice(KEY_PREFIX.length) : '';
  return RESOURCE_KEY.test(key) ? key : undefined;
}
