import { parseRowId, writeEventId, writeRowId } from '../../internal/domain/webhooks-rs/object-id.js';
import { HukzError } from '../../packages/client/src/hukz-error.js';
import { CommandFailed, usageError } from '../command-failed.js';
import { EXIT } from '../exit-codes.js';
import type { Session } from '../session/session.js';
import { registerTopics } from './register-topics.js';

/** As for objects that the compatible API creates. */
const MANAGER = { managed_by: 'webhooks-rs' };

export async function createApplication({ hukz, out }: Session, name: string): Promise<void> {
  if (!/\S/.test(name)) throw usageError('An application needs a name of at least one visible character.');
  const space = await hukz.spaces.create({ name, ...MANAGER });
  out.text(`App ${writeRowId('app', rowOf(space))} with name '${space.name}' has been created`);
}

export async function createEndpoint(
  { hukz, out }: Session,
  { app, url, topics }: { readonly app: string; readonly url: string; readonly topics: readonly string[] },
): Promise<void> {
  const space_id = await spaceOf(hukz, app);
  const event_ids = [...(await registerTopics(hukz, topics))];
  const webhook = await hukz.webhooks.create({
    url,
    event_ids,
    space_id,
    format: 'raw',
    signature: { scheme: 'none' },
    ...MANAGER,
  });
  out.text(`Endpoint ${writeRowId('ep', rowOf(webhook))} has been created`);
}

export async function createEvent(
  { hukz, out }: Session,
  { app, topic, payload }: { readonly app: string; readonly topic: string; readonly payload: string },
): Promise<void> {
  refuseNoJson(payload);
  const space = await spaceOf(hukz, app);
  await registerTopics(hukz, [topic]);
  // A text is published byte for byte.
  const { message_id: id } = await hukz.messages.publish({ event: topic, payload, space });
  if (id === null) throw new CommandFailed('The event was published, and hukz does not say under which id.');
  out.text(`Event ${writeEventId(id)} has been created`);
}

function refuseNoJson(payload: string): void {
  try {
    JSON.parse(payload);
  } catch (error) {
    throw usageError(`The payload is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

/** The number of the space that an application is. */
async function spaceOf(hukz: Session['hukz'], app: string): Promise<number> {
  const named = parseRowId('app', app);
  if (!named.ok) throw usageError(`${app}: ${named.problem}.`);
  const notFound = new CommandFailed(`There is no application ${app}.`, { exitCode: EXIT.notFound });
  if (!named.value) throw notFound;
  const space = await hukz.spaces.get(named.value.id).catch((error: unknown) => {
    throw error instanceof HukzError && error.status === 404 ? notFound : error;
  });
  // A space with another time of creation is another one.
  if (writeRowId('app', rowOf(space)) !== app) throw notFound;
  return space.id;
}

const rowOf = ({ id, created_at }: { readonly id: number; readonly created_at: string }) => ({
  id,
  createdAt: new Date(created_at),
});
