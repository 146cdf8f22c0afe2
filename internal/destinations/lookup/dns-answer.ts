/** The result of a DNS query. */
export type DnsAnswer =
  | { readonly kind: 'found'; readonly addresses: readonly string[] }
  /** The name servers answered, and there is no address. */
  | { readonly kind: 'absent'; readonly description: string }
  /** There is no proper answer: either the zone's servers fail, or our resolver does. */
  | { readonly kind: 'failed'; readonly code: string };

const NO_ADDRESS = 'host name has no address';

const ABSENT: ReadonlyMap<string, string> = new Map([
  ['ENOTFOUND', 'host name not found'],
  ['ENODATA', NO_ADDRESS],
  ['EBADNAME', 'host name is not valid'],
  ['EBADSTR', 'host name is not valid'],
]);

export function answerOf(code: string): DnsAnswer {
  const description = ABSENT.get(code);
  return description === undefined ? { kind: 'failed', code } : { kind: 'absent', description };
}

/**
 * Combines the answers for A and AAAA. Addresses of either one count, and a name that does not exist is absent for
 * both.
 */
export function both(four: DnsAnswer, six: DnsAnswer): DnsAnswer {
  const addresses = [four, six].flatMap((answer) => (answer.kind === 'found' ? answer.addresses : []));
  if (addresses.length > 0) return { kind: 'found', addresses };
  const answers = [four, six].filter(({ kind }) => kind !== 'found');
  return (
    answers.find((answer) => answer.kind === 'absent' && answer.description !== NO_ADDRESS) ??
    answers.find(({ kind }) => kind === 'failed') ??
    answers[0] ?? { kind: 'absent', description: NO_ADDRESS }
  );
}
