import type { Hukz } from '../../packages/client/src/hukz.js';
import type { QuarantinedMessage } from '../../packages/client/src/schemas/quarantine.js';
import { usageError } from '../command-failed.js';
import type { Columns } from '../output/columns.js';
import type { PageOptions } from '../output/output.js';
import { eachOf } from '../resources/each-of.js';
import { given } from '../resources/given.js';
import type { Input, Session } from '../session/session.js';

type Listed = Awaited<ReturnType<Hukz['quarantine']['list']>>['nodes'][number];

const COLUMNS: Columns<Listed> = [
  { name: 'id' },
  { name: 'quarantined_at' },
  { name: 'event' },
  { name: 'bytes' },
  { name: 'error' },
  { name: 'because', isWide: true },
];
const ONE: Columns<QuarantinedMessage> = [
  { name: 'id' },
  { name: 'quarantined_at' },
  { name: 'event' },
  { name: 'because' },
  { name: 'payload', of: ({ payload_base64: payload }) => Buffer.from(payload, 'base64').toString() },
  {
    name: 'problems',
    of: ({ schema, error }) => schema?.problems.map(({ at, problem }) => `${at} ${problem}`.trim()) ?? [error],
  },
];

interface Released {
  readonly released: number;
  readonly kept: number;
  readonly first_problem?: string | undefined;
}

const RELEASED: Columns<Released> = [{ name: 'released' }, { name: 'kept' }, { name: 'first_problem' }];

interface ListOptions extends PageOptions {
  readonly cursor?: string;
  readonly event?: string;
}

export async function listQuarantine({ hukz, out }: Session, { options }: Input<ListOptions>): Promise<void> {
  const { cursor, event } = options;
  await out.list(hukz.quarantine.list(given({ cursor, event })), COLUMNS, options);
}

export async function showQuarantined({ hukz, out }: Session, { args: [id = ''] }: Input<object>): Promise<void> {
  await out.one(hukz.quarantine.get(id), ONE);
}

export async function release(session: Session, { args, options }: Input<{ readonly event?: string }>): Promise<void> {
  const { event } = options;
  if ((args.length === 0) === (event === undefined))
    throw usageError('Name the messages by their ids, or by --event, not both.', 'See: hukz quarantine list');
  if (event !== undefined) return releaseAll(session, event);
  await eachOf(session, args, async (id) => {
    await session.out.done(session.hukz.quarantine.release(id), `Message ${id} is released.`, id);
  });
}

/** Messages that are kept are looked at once. */
async function releaseAll({ hukz, out }: Session, event: string): Promise<void> {
  let [released, kept] = [0, 0];
  let problem: string | undefined;
  let cursor: string | undefined;
  do {
    const part = await hukz.quarantine.releaseAll({ event, ...given({ cursor }) });
    released += part.released;
    kept += part.kept;
    problem ??= part.first_problem;
    cursor = part.next_cursor;
  } while (cursor !== undefined);
  await out.object({ released, kept, first_problem: problem }, RELEASED);
}

export async function discard(session: Session, { args }: Input<object>): Promise<void> {
  await session.confirm(`Discard ${args.includes('-') ? 'the messages' : `message ${args.join(', ')}`}?`);
  await eachOf(session, args, async (id) => {
    await session.out.done(session.hukz.quarantine.discard(id), `Message ${id} is discarded.`, id);
  });
}
