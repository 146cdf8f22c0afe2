import { echo } from '../../text/echo.js';
import { type Parsed, parsed, refused } from '../../text/parsed.js';
import { parseResourceName, type ResourceName } from './resource-name.js';

const NUMBER = /^\d{1,15}$/;

/** Parses `7` or `key:acme`: the name of a space, which need not exist. */
export function parseSpaceName(text: string): Parsed<ResourceName> {
  const name = parseResourceName(text, NUMBER);
  if (name !== undefined) return parsed(name);
  return refused(`"${echo(text)}" is not the number of a space, such as 7, or its key, such as key:acme`);
}
