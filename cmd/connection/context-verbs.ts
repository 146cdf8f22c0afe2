import { usageError } from '../command-failed.js';
import type { Columns } from '../output/columns.js';
import type { Input, LocalSession } from '../session/session.js';
import {
  type Context,
  checkContext,
  contextsFile,
  loadContext,
  noContext,
  readContexts,
  writeContexts,
} from './contexts.js';

interface NamedContext extends Context {
  readonly name: string;
  readonly selected?: boolean;
}

const COLUMNS: Columns<NamedContext> = [
  { name: 'selected', of: ({ selected }) => (selected ? '*' : '') },
  { name: 'name' },
  { name: 'url' },
  { name: 'user' },
  { name: 'space' },
  { name: 'token', isWide: true },
  { name: 'nats_context', isWide: true },
];

interface SetOptions {
  readonly url?: string;
  readonly token?: string;
  readonly user?: string;
  readonly space?: string;
  readonly natsContext?: string;
}

export async function listContexts({ here, out }: LocalSession): Promise<void> {
  const { contexts, selected } = await readContexts(here);
  const all = Object.entries(contexts).map(([name, one]) => ({ name, ...one, selected: name === selected }));
  await out.rows(all, COLUMNS);
}

export async function showContext({ here, out }: LocalSession, { args: [given] }: Input<object>): Promise<void> {
  const { selected } = await readContexts(here);
  const name = given ?? selected;
  if (name === undefined)
    throw usageError('No context is selected.', 'Name one, or select one: hukz context select <name>');
  await out.object({ name, ...(await loadContext(here, name)), selected: name === selected }, COLUMNS);
}

export async function selectContext({ here, out }: LocalSession, { args: [name = ''] }: Input<object>): Promise<void> {
  const { url } = await loadContext(here, name);
  await writeContexts(here, { ...(await readContexts(here)), selected: name });
  out.text(`The context "${name}" is selected: ${url}`);
}

export async function setContext(
  { here, out }: LocalSession,
  { args: [name = ''], options }: Input<SetOptions>,
): Promise<void> {
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(name))
    throw usageError(
      `"${name}" is no name of a context.`,
      'Begin with a letter or a digit, and use letters, digits, dots, - and _.',
    );
  const { url, token, user, space, natsContext: nats_context } = options;
  const { contexts, selected = name } = await readContexts(here);
  const changes = Object.entries({ url, token, user, space, nats_context }).filter(([, value]) => value !== undefined);
  const changed = checkContext({ ...contexts[name], ...Object.fromEntries(changes) });
  await writeContexts(here, { selected, contexts: { ...contexts, [name]: changed } });
  out.text(`The context "${name}" is stored in ${contextsFile(here)}`);
}

export async function removeContext({ here, out }: LocalSession, { args: [name = ''] }: Input<object>): Promise<void> {
  const { contexts, selected } = await readContexts(here);
  if (!Object.hasOwn(contexts, name)) throw noContext(name, Object.keys(contexts));
  const { [name]: _, ...others } = contexts;
  await writeContexts(here, { ...(selected !== name && selected !== undefined && { selected }), contexts: others });
  out.text(`The context "${name}" is removed`);
}
