import type { EraseMessages, Erasure } from '../../packages/client/src/resources/erasures.js';
import { CommandFailed, usageError } from '../command-failed.js';
import type { Columns } from '../output/columns.js';
import type { PageOptions } from '../output/output.js';
import { makeProgressBar } from '../output/progress-bar.js';
import { readData } from '../resources/body.js';
import { given } from '../resources/given.js';
import { colourOfState } from '../resources/states.js';
import { readIds } from '../session/read-ids.js';
import type { Input, Session } from '../session/session.js';

const COLUMNS: Columns<Erasure> = [
  { name: 'id' },
  { name: 'state', colour: ({ state }) => colourOfState(state) },
  { name: 'erased' },
  { name: 'total' },
  { name: 'waiting' },
  { name: 'undecided', isWide: true },
  { name: 'problem', isWide: true },
  { name: 'event', isWide: true },
  { name: 'since', isWide: true },
  { name: 'until', isWide: true },
  { name: 'created_at', isWide: true },
];

interface EraseOptions {
  readonly all?: true;
  readonly event?: string;
  readonly since?: string;
  readonly until?: string;
  readonly content?: string;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly wait?: true;
}

/** Counts what an erasure would erase; unless that is all, asks, and starts it. */
export async function eraseMessages(session: Session, { args, options }: Input<EraseOptions>): Promise<void> {
  const { hukz, out, confirm } = session;
  const messages = await selectionOf(session, args, options);
  if (options.dryRun) {
    const { total, undecided } = await hukz.erasures.count(messages);
    return out.object({ total, undecided }, [{ name: 'total' }, { name: 'undecided' }]);
  }
  if (!options.yes) {
    const { total } = await hukz.erasures.count(messages);
    await confirm(`Erase ${total} messages, and cancel what they owe? Nothing brings their content back.`);
  }
  const call = hukz.erasures.create(messages);
  if (!options.wait) return out.one(call, COLUMNS);
  await waitFor(session, (await call).id);
}

const SELECT_SOME = 'Give ids, or --event, --since, --until or --content, or --all for every stored message.';

async function selectionOf(
  session: Session,
  args: readonly string[],
  { all, event, since, until, content }: EraseOptions,
): Promise<EraseMessages> {
  const ids = await readIds(session, args);
  const parsed = content === undefined ? undefined : await readData(session, content, '--content');
  const filter = given({ all, event, since, until, content: parsed });
  const conditions = Object.keys(filter).length;
  if (ids.length > 0 && conditions > 0) throw usageError('Ids and conditions cannot be combined.', SELECT_SOME);
  if (args.length === 0 && conditions === 0) throw usageError('Nothing says which messages to erase.', SELECT_SOME);
  return conditions > 0 ? { filter } : { ids: [...ids] };
}

export async function listErasures(
  { hukz, out }: Session,
  { options }: Input<PageOptions & { readonly cursor?: string }>,
): Promise<void> {
  await out.list(hukz.erasures.list(given({ cursor: options.cursor })), COLUMNS, options);
}

export async function showErasure({ hukz, out }: Session, { args: [id = ''] }: Input<object>): Promise<void> {
  await out.one(hukz.erasures.get(id), COLUMNS);
}

export async function waitForErasure(session: Session, { args: [id = ''] }: Input<object>): Promise<void> {
  await waitFor(session, id);
}

export async function cancelErasure(
  { hukz, out, confirm }: Session,
  { args: [id = ''] }: Input<object>,
): Promise<void> {
  await confirm(`Cancel erasure ${id}? Its erased messages stay erased.`);
  await out.done(hukz.erasures.cancel(id), `Erasure ${id} is cancelled.`, id);
}

async function waitFor({ hukz, here, out }: Session, id: string): Promise<void> {
  const bar = makeProgressBar(here.streams.stderr);
  try {
    await hukz.erasures.done(id, { onProgress: ({ erased, waiting, total }) => bar.show(erased - waiting, total) });
  } finally {
    bar.end();
  }
  const call = hukz.erasures.get(id);
  await out.one(call, COLUMNS);
  const { state } = await call;
  if (state !== 'done') throw new CommandFailed(`Erasure ${id} is ${state}.`);
}
