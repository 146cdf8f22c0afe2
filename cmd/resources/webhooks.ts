import type { Hukz } from '../../packages/client/src/hukz.js';
import { readReference } from '../session/read-ids.js';
import type { Input, Session } from '../session/session.js';
import { eachOf } from './each-of.js';
import { findEvents } from './find-events.js';
import { given } from './given.js';
import { type NamedFieldOptions, namedFields } from './named-fields.js';
import { type NamedListOptions, namedQuery } from './named-lists.js';
import { EFFECTIVE_COLUMNS, WEBHOOK_COLUMNS } from './webhook-columns.js';

type WebhookQuery = NonNullable<Parameters<Hukz['webhooks']['list']>[0]>;

interface ListOptions extends NamedListOptions {
  readonly state?: NonNullable<WebhookQuery['state']>;
}

interface FieldOptions extends NamedFieldOptions {
  readonly receiver?: string;
  readonly event?: readonly string[];
  readonly disabled?: true;
}

interface ShowOptions {
  readonly effective?: true;
}

const referenceIn = (args: readonly string[]) => readReference(args[0] ?? '', 'a webhook');

export async function listWebhooks({ hukz, out }: Session, { options }: Input<ListOptions>): Promise<void> {
  const query = { ...namedQuery(options), ...given({ state: options.state }) };
  await out.list(hukz.webhooks.list(query), WEBHOOK_COLUMNS, options);
}

export async function showWebhook({ hukz, out }: Session, { args, options }: Input<ShowOptions>): Promise<void> {
  const webhook = referenceIn(args);
  if (!options.effective) return out.one(hukz.webhooks.get(webhook), WEBHOOK_COLUMNS);
  await out.one(hukz.webhooks.effective(webhook), [...WEBHOOK_COLUMNS, ...EFFECTIVE_COLUMNS]);
}

export async function createWebhook(session: Session, { args, options }: Input<FieldOptions>): Promise<void> {
  const { event = [], disabled } = options;
  const fields = await namedFields(session, options);
  const event_ids = [...(await findEvents(session, event))];
  const body = { event_ids, ...fields, ...given({ enabled: disabled ? false : undefined }), url: args[0] ?? '' };
  await session.out.one(session.hukz.webhooks.create(body), WEBHOOK_COLUMNS);
}

export async function updateWebhook(session: Session, { args, options }: Input<FieldOptions>): Promise<void> {
  const { event, receiver: url } = options;
  const event_ids = event && [...(await findEvents(session, event))];
  const changes = { ...(await namedFields(session, options)), ...given({ url, event_ids }) };
  await session.out.one(session.hukz.webhooks.update(referenceIn(args), changes), WEBHOOK_COLUMNS);
}

export async function deleteWebhooks(session: Session, { args }: Input<object>): Promise<void> {
  const which = args.includes('-') ? 'the webhooks' : `webhook ${args.join(', ')}`;
  await session.confirm(`Delete ${which}? Deliveries that are owed are cancelled.`);
  await eachOf(session, args, async (id) => {
    const call = session.hukz.webhooks.delete(readReference(id, 'a webhook'));
    await session.out.done(call, `Webhook ${id} is deleted.`, id);
  });
}

/** A verb that changes each of the named webhooks, and says so in a word. */
function changeEach(
  word: string,
  change: (hukz: Hukz, webhook: ReturnType<typeof readReference>) => ReturnType<Hukz['webhooks']['update']>,
) {
  return (session: Session, { args }: Input<object>): Promise<void> =>
    eachOf(session, args, async (id) => {
      const call = change(session.hukz, readReference(id, 'a webhook'));
      await session.out.done(call, `Webhook ${id} is ${word}.`, id);
    });
}

export const enableWebhooks = changeEach('enabled', (hukz, id) => hukz.webhooks.update(id, { enabled: true }));
export const disableWebhooks = changeEach('disabled', (hukz, id) => hukz.webhooks.update(id, { enabled: false }));
export const pauseWebhooks = changeEach('paused', (hukz, id) => hukz.webhooks.pause(id));
