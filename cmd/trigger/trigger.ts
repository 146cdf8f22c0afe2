import { headers as makeHeaders } from 'nats';
import { parsePublishedSubject } from '../../internal/domain/matching/published-subject.js';
import { isJsonText } from '../../internal/domain/message/json-bytes.js';
import { publishConfirmed } from '../../internal/intake/publishing/publish-confirmed.js';
import { usageError } from '../command-failed.js';
import { plainLine } from '../output/plain.js';
import type { Input, Session } from '../session/session.js';
import { readBytes } from '../signature/verify.js';
import { connectNats } from '../try/connect-nats.js';
import { publishingFailure } from '../try/nats-failure.js';
import { withValues } from './sample-payload.js';

export interface TriggerOptions {
  readonly set?: readonly string[];
  /** The file with the JSON to begin with, or `-`. */
  readonly data?: string;
  readonly via: 'http' | 'nats';
}

/** `hukz trigger`: publishes a message of an event, to try its webhooks. */
export async function trigger(
  session: Session,
  { args: [subject = ''], options }: Input<TriggerOptions>,
): Promise<void> {
  const judged = parsePublishedSubject(subject);
  if (!judged.ok) throw usageError(`cannot publish to "${subject}": ${judged.problem}.`);
  const payload = withValues(await readExample(session, options.data), options.set ?? []);
  await (options.via === 'nats' ? publishToNats(session, subject, payload) : publishToApi(session, subject, payload));
}

async function readExample({ here }: Session, path: string | undefined): Promise<string> {
  if (path === undefined) return '{}';
  const bytes = await readBytes(here, path);
  if (isJsonText(bytes)) return bytes.toString();
  throw usageError(`${path} contains no JSON.`);
}

async function publishToApi({ hukz, out }: Session, event: string, payload: string): Promise<void> {
  const published = hukz.messages.publish({ event, payload });
  const { data } = await published.withAnswer();
  const { message_id: id, webhooks } = data;
  const name = plainLine(event);
  const sentence = `published ${name}: message ${id ?? '-'}, webhooks that get it: ${webhooks ?? 'not known yet'}`;
  await out.done(published, sentence, id ?? '');
}

async function publishToNats({ here, out, connection }: Session, subject: string, payload: string): Promise<void> {
  const nats = await connectNats(here, { name: 'hukz-trigger', of: connection.nats });
  const where = `${subject} at nats://${nats.getServer()}`;
  const headers = makeHeaders();
  if (connection.space !== undefined) headers.set('Hukz-Space', connection.space);
  try {
    await publishConfirmed(nats, subject, payload, { headers });
    out.text(`published ${payload.length} characters to ${where}`);
  } catch (error) {
    throw publishingFailure(error, where);
  } finally {
    await nats.close();
  }
}
