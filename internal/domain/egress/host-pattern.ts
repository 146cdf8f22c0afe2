import { type Parsed, parsed, refused } from '../text/parsed.js';

/** A pattern for host names, split at its asterisks, in lower case. */
export interface HostPattern {
  readonly text: string;
  readonly pieces: readonly string[];
}

/** Maximum length of a pattern. The time for a match is the product of this length and that of the name. */
const MAX_LENGTH = 253;

/**
 * Parses `*.internal.example,metadata.*`, separated by commas. An empty text means no pattern. An asterisk matches any
 * text, including dots.
 */
export function parseHostPatterns(text: string): Parsed<readonly HostPattern[]> {
  const patterns: HostPattern[] = [];
  for (const part of text.split(',').map((each) => each.trim())) {
    if (part === '') continue;
    const pattern = parseHostPattern(part);
    if (!pattern.ok) return pattern;
    patterns.push(pattern.value);
  }
  return parsed(patterns);
}

function parseHostPattern(text: string): Parsed<HostPattern> {
  const wrong = refused(`"${text}" is not a host name or a pattern such as *.internal.example`);
  const isAddress = refused(`"${text}" is an address: EGRESS_DENY_CIDRS denies addresses`);
  if (text.startsWith('[')) return isAddress;
  if (text.length > MAX_LENGTH || /[:@/?#\\]/.test(text) || !URL.canParse(`http://${text}/`)) return wrong;
  const { hostname } = new URL(`http://${text}/`);
  if (/^\*+$/.test(hostname)) return refused(`"${text}" would deny every host`);
  if (/^[\d.*]+$/.test(hostname)) return isAddress;
  return parsed({ text, pieces: hostname.replace(/\.$/, '').split('*') });
}

/** Whether a pattern matches a name as `new URL(…).hostname` writes it. A trailing dot is ignored. */
export function matchesHost(hostname: string, { pieces }: HostPattern): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  const [first = '', ...others] = pieces;
  const last = others.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let from = first.length;
  for (const piece of others) {
    const at = name.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return from <= name.length - last.length;
}
