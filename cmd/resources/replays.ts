import type { NewReplay, Replay } from '../../packages/client/src/resources/replays.js';
import { CommandFailed } from '../command-failed.js';
import type { Columns } from '../output/columns.js';
import type { PageOptions } from '../output/output.js';
import { makeProgressBar } from '../output/progress-bar.js';
import { readReference } from '../session/read-ids.js';
import type { Input, Session } from '../session/session.js';
import { given } from './given.js';
import { colourOfState } from './states.js';

const COLUMNS: Columns<Replay> = [
  { name: 'id' },
  { name: 'state', colour: ({ state }) => colourOfState(state) },
  { name: 'webhook_id' },
  { name: 'outcome' },
  { name: 'done' },
  { name: 'total' },
  { name: 'since', isWide: true },
  { name: 'until', isWide: true },
  { name: 'event', isWide: true },
  { name: 'error', isWide: true },
  { name: 'created_at', isWide: true },
];

interface StartOptions {
  readonly since: string;
  readonly until?: string;
  readonly outcome?: NonNullable<NewReplay['outcome']>;
  readonly event?: string;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly wait?: true;
}

export async function listReplays(
  { hukz, out }: Session,
  { args: [webhook = ''], options }: Input<PageOptions & { readonly cursor?: string }>,
): Promise<void> {
  const list = hukz.replays.list(readReference(webhook, 'a webhook'), given({ cursor: options.cursor }));
  await out.list(list, COLUMNS, options);
}

export async function showReplay({ hukz, out }: Session, { args: [id = ''] }: Input<object>): Promise<void> {
  await out.one(hukz.replays.get(id), COLUMNS);
}

/** Counts what a replay would send; unless that is all, asks, and starts it. */
export async function startReplay(session: Session, { args, options }: Input<StartOptions>): Promise<void> {
  const { hukz, out, confirm } = session;
  const webhook = readReference(args[0] ?? '', 'a webhook');
  const { since, until, outcome, event, dryRun, yes, wait } = options;
  const replay = { since, ...given({ until, outcome, event }) };
  if (dryRun) {
    const { total } = await hukz.replays.count(webhook, replay);
    return out.object({ total }, [{ name: 'total' }]);
  }
  if (!yes) {
    const { total } = await hukz.replays.count(webhook, replay);
    await confirm(`Send ${total} deliveries to webhook ${args[0]} again?`);
  }
  const call = hukz.replays.create(webhook, replay);
  if (!wait) return out.one(call, COLUMNS);
  await waitFor(session, (await call).id);
}

export async function waitForReplay(session: Session, { args: [id = ''] }: Input<object>): Promise<void> {
  await waitFor(session, id);
}

export async function cancelReplay({ hukz, out, confirm }: Session, { args: [id = ''] }: Input<object>): Promise<void> {
  await confirm(`Cancel replay ${id}? Deliveries that are due already are still sent.`);
  await out.done(hukz.replays.cancel(id), `Replay ${id} is cancelled.`, id);
}

async function waitFor({ hukz, here, out }: Session, id: string): Promise<void> {
  const bar = makeProgressBar(here.streams.stderr);
  try {
    await hukz.replays.done(id, { onProgress: ({ done, total }) => bar.show(done, total) });
  } finally {
    bar.end();
  }
  const call = hukz.replays.get(id);
  await out.one(call, COLUMNS);
  const { state, error } = await call;
  if (state !== 'done') throw new CommandFailed(`Replay ${id} is ${state}${error === null ? '.' : `: ${error}`}`);
}
