import type { AuditRow } from '../../packages/client/src/resources/audit.js';
import type { Columns } from '../output/columns.js';
import type { PageOptions } from '../output/output.js';
import { given } from '../resources/given.js';
import type { Input, Session } from '../session/session.js';

const COLUMNS: Columns<AuditRow> = [
  { name: 'at' },
  { name: 'principal' },
  { name: 'action' },
  { name: 'object' },
  { name: 'changes', of: ({ changes }) => Object.keys(changes).join(', ') },
  { name: 'space_id', isWide: true },
  { name: 'address', isWide: true },
  { name: 'request_id', isWide: true },
];

type Filter = NonNullable<Parameters<Session['hukz']['audit']['list']>[0]>;

interface ListOptions extends PageOptions {
  readonly cursor?: string;
  readonly principal?: string;
  readonly action?: Filter['action'];
  readonly object?: string;
  readonly since?: string;
  readonly until?: string;
}

export async function listAudit({ hukz, out }: Session, { options }: Input<ListOptions>): Promise<void> {
  const { cursor, principal, action, object, since, until } = options;
  await out.list(hukz.audit.list(given({ cursor, principal, action, object, since, until })), COLUMNS, options);
}
