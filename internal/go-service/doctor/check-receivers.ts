import { destinationOf, type EgressRules } from '../../domain/egress/egress-rules.js';
import { receiverUrlProblem } from '../../domain/receiver-url.js';
import { shownUrl } from '../../domain/secrets/hidden-url.js';
import { splitLogin } from '../rows/login.js';
import type { GoWebhook } from '../rows/read-tables.js';
import type { Finding } from './finding.js';

export interface ReceiverParts {
  readonly rules: EgressRules;
  /** The addresses of a host name. Empty if there are none. */
  lookup(hostname: string): Promise<readonly string[]>;
}

/** Receivers to which hukz sends nothing by its settings, with the line that allows them. */
export async function checkReceivers(
  webhooks: readonly GoWebhook[],
  { rules, lookup }: ReceiverParts,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const refused = new Set<string>();
  const used = webhooks.flatMap(({ id, url, enabled, deleted_at }) => {
    if (url === null || !enabled || deleted_at !== null) return [];
    const plain = splitLogin(url).url;
    return receiverUrlProblem(plain) === undefined ? [{ id, url: plain, to: destinationOf(new URL(plain)) }] : [];
  });
  const hosts = [...new Set(used.map(({ to }) => to.hostname))];
  const addressesOf = new Map(await Promise.all(hosts.map(async (host) => [host, await lookup(host)] as const)));
  for (const { id, url, to } of used) {
    const { hostname, port, protocol } = to;
    const addresses = addressesOf.get(hostname) ?? [];
    const forbidden = addresses.filter((address) => !rules.isAllowed(address));
    for (const address of forbidden) refused.add(address.includes(':') ? `${address}/128` : `${address}/32`);
    const problem = forbidden.length > 0 ? `its address ${forbidden.join(', ')} is not public` : undefined;
    const says = problem ?? rules.problemOf({ hostname, port, protocol });
    if (says !== undefined)
      findings.push({ check: 'receivers', weight: 'obstacle', says: `webhook ${id} (${shownUrl(url)}): ${says}` });
    else if (addresses.length === 0)
      findings.push({ check: 'receivers', weight: 'note', says: `webhook ${id}: ${hostname} has no address` });
  }
  if (refused.size === 0) return findings;
  const line = `EGRESS_ALLOW_CIDRS=${[...refused].sort().join(',')}`;
  return [
    ...findings,
    { check: 'receivers', weight: 'note', says: 'to allow the addresses that are not public', advice: line },
  ];
}

const CHATS: Readonly<Record<string, string>> = {
  'hooks.slack.com': 'Slack: text of payloads is escaped, and empty sections are left out',
  'chat.googleapis.com': 'Google Chat: text of payloads is escaped, and the envelope has the payload unchanged',
};

/** Webhooks of chats, whose messages are the same but for what docs/differences.md lists. */
export function checkChats(webhooks: readonly GoWebhook[]): readonly Finding[] {
  return webhooks.flatMap(({ id, url, deleted_at }) => {
    if (!url || deleted_at !== null) return [];
    const host = URL.canParse(url) ? new URL(url).hostname : '';
    const known = CHATS[host];
    if (known !== undefined) return [note(`webhook ${id} is a chat of ${known}`)];
    const inside = Object.keys(CHATS).find((name) => url.includes(name));
    return inside === undefined
      ? []
      : [note(`webhook ${id} has ${inside} in its URL, but not as its host: it gets the envelope, no chat message`)];
  });
}

const note = (says: string): Finding => ({ check: 'chats', weight: 'note', says });
