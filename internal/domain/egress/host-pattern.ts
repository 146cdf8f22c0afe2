import { type Parsed, parsed, refused } from '../text/parsed.js';

/** A pattern of host names: what stands between its asterisks, in lower case. */
export interface HostPattern {
  readonly text: string;
  readonly pieces: readonly string[];
}

/** A pattern matches in time that is the product of its length and the name's. */
const MAX_LENGTH = 253;

/** Reads `*.internal.example,metadata.*`, joined by commas; an empty text is none. An asterisk is any text, dots included. */
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

/** A name as `new URL(…).hostname` writes it; a dot at its end says nothing. */
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
