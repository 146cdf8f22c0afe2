import { describe, expect, it } from '@jest/globals';
import { makeEgressRules } from '../../domain/egress/egress-rules.js';
import { useGoImport } from '../../testkit/go-database/use-go-import.js';
import { readGoEvents, readGoWebhooks } from '../rows/read-tables.js';
import { checkDatabase } from './check-database.js';
import { checkLogs } from './check-logs.js';
import { checkPorts } from './check-ports.js';
import { checkChats, checkReceivers } from './check-receivers.js';
import { checkRows } from './check-rows.js';
import { runChecks } from './finding.js';

const kit = useGoImport();
const rows = async () => ({
  events: await readGoEvents(kit.db, 'public'),
  webhooks: await readGoWebhooks(kit.db, 'public'),
});
const rules = makeEgressRules({
  development: false,
  allowRanges: [],
  denyRanges: [],
  denyHosts: [],
  nat64Prefixes: [],
  allowPorts: [],
  httpsOnly: false,
});
const lookup = async (hostname: string) =>
  hostname === 'localhost' ? ['127.0.0.1'] : hostname === '10.1.2.3' ? ['10.1.2.3'] : ['93.184.216.34'];

describe('the doctor', () => {
  it('finds the rows that break the rules, and changes nothing', async () => {
    const before = await kit.go.picture();
    const findings = checkRows(await rows(), { allowAll: false });
    const obstacles = findings.filter(({ weight }) => weight === 'obstacle');
    expect(obstacles).toEqual([
      expect.objectContaining({
        says: 'event 5 (Post.Created): event 1 has the same subject, regardless of case. The import keeps it as a deleted event, so that 2 enabled webhooks no longer get its messages',
      }),
    ]);
    const said = findings.map(({ says }) => says).join('\n');
    expect(said).toContain('event 10 (media.*) has a wildcard');
    expect(said).toContain(
      'webhook 9: a URL must begin with http:// or https:// and a host. The import keeps it, disabled',
    );
    await checkDatabase(kit.db, 'public');
    await checkLogs(kit.db, 'public');
    expect(await kit.go.picture()).toBe(before);
  });

  it('names receivers on private addresses, with the line that allows them', async () => {
    const { webhooks } = await rows();
    const findings = await checkReceivers(webhooks, { rules, lookup });
    expect(findings.filter(({ weight }) => weight === 'obstacle').map(({ says }) => says.slice(0, 9))).toEqual([
      'webhook 6',
      'webhook 7',
    ]);
    expect(findings.at(-1)?.advice).toBe('EGRESS_ALLOW_CIDRS=10.1.2.3/32,127.0.0.1/32');
    expect(checkChats(webhooks).map(({ says }) => says.slice(0, 30))).toEqual([
      'webhook 2 is a chat of Slack: ',
      'webhook 3 is a chat of Google ',
    ]);
  });

  it('names receivers whose logs show redirects and failures', async () => {
    const [finding] = await checkLogs(kit.db, 'public');
    expect(finding?.says).toMatch(/^https:\/\/example.com\/hook: 1 redirects and 2 failures in 7 logs/);
  });

  it('misses the tables of the Go service, and the right to read them', async () => {
    expect(await checkDatabase(kit.db, 'public')).toEqual([expect.objectContaining({ weight: 'ok' })]);
    const findings = await checkDatabase(kit.db, 'elsewhere');
    expect(findings.at(-1)).toMatchObject({ weight: 'obstacle', says: expect.stringContaining('no tables') });
  });

  it('finds a busy port, and goes on after a check that fails', async () => {
    const { createServer } = await import('node:net');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const findings = await runChecks({
      nats: () => Promise.reject(new Error('no login')),
      ports: () => checkPorts([{ setting: 'PORT', host: '127.0.0.1', port }]),
    });
    expect(findings.map(({ check, weight }) => [check, weight])).toEqual([
      ['nats', 'obstacle'],
      ['ports', 'note'],
    ]);
    await new Promise((resolve) => server.close(resolve));
  });
});
