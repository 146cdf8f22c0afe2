/** What resolv.conf says of short names. Its servers are read by c-ares itself. */
export interface SearchDomains {
  readonly domains: readonly string[];
  /** A name with fewer dots may be short for one in these domains. */
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

/** The names that a host may mean. As written comes first: no search domain may take the place of a name that exists. */
export function namesFor(hostname: string, { domains, ndots }: SearchDomains): readonly string[] {
  const dots = hostname.split('.').length - 1;
  if (hostname.endsWith('.') || dots >= ndots) return [hostname];
  return [hostname, ...domains.map((domain) => `${hostname}.${domain}`)];
}
