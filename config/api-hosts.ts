import { isIP } from 'node:net';
import { hostName } from '../internal/domain/egress/browser-door.js';
import { type Parsed, parsed, refused } from '../internal/domain/text/parsed.js';

const NAME = /^[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?$/;

/** Reads `hukz.example.com,10.0.0.7,[fd12::7]`, or `*`: names and addresses without scheme and port. */
export function parseApiHosts(text: string): Parsed<readonly string[]> {
  const hosts: string[] = [];
  for (const part of text.split(',').map((each) => each.trim())) {
    if (part === '') continue;
    const name = hostName(part.replace(/^\[(.*)\]$/, '$1'));
    if (name !== '*' && !NAME.test(name) && isIP(name) === 0)
      return refused(`"${part}" is not the name of a host such as hukz.example.com, without scheme and port, nor *`);
    hosts.push(name);
  }
  return parsed(hosts);
}
