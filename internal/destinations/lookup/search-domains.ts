/** The settings of resolv.conf for short names. c-ares reads the servers from that file. */
export interface SearchDomains {
  readonly domains: readonly string[];
  /** A name with fewer dots than this may be a short name in these domains. */
  readonly ndots: number;
}

const MAX_DOMAINS = 6;

export function parseSearchDomains(text: string): SearchDomains {
  let domains: readonly string[] = [];
  let ndots = 1;
  for (const line of text.split('\n')) {
    const [keyword, ...words] = line.trim().split(/\s+/);
    if (keyword === 'search' || keyword === 'domain') domains = words.slice(0, MAX_DOMAINS);
    const option = keyword === 'options' && /(?:^| )ndots:(\d{1,2})(?: |$)/.exec(words.join(' '));
    if (option) ndots = Number(option[1]);
  }
  return { domains, ndots };
}

/**
 * Returns the full names for a host. The name as written comes first, because no search domain may hide a name that
 * exists.
 */
export function namesFor(hostname: string, { domains, ndots }: SearchDomains): readonly string[] {
  const dots = hostname.split('.').length - 1;
  if (hostname.endsWith('.') || dots >= ndots) return [hostname];
  return [hostname, ...domains.map((domain) => `${hostname}.${domain}`)];
}
