import { hostname } from 'node:os';
import { covers } from '../../internal/domain/matching/subject-overlap.js';
import type { WebhookSettings } from '../../internal/domain/matching/webhook-settings.js';
import { messageOf } from '../../internal/errors.js';
import type { Hukz } from '../../packages/client/src/hukz.js';
import type { Webhook } from '../../packages/client/src/resources/webhooks.js';
import { CommandFailed } from '../command-failed.js';
import { EXIT } from '../exit-codes.js';

/** The service deletes the webhook this long after the prompt has ended without saying so. */
const LISTEN_FOR = '15m';
const PROLONG_EVERY_MS = 5 * 60_000;

export interface Wanted {
  /** The subjects whose registered events the webhook gets. */
  readonly subjects: readonly string[];
  readonly url: string;
  readonly settings: Pick<WebhookSettings, 'signature' | 'format'>;
  readonly secret: string | undefined;
}

/** Creates the webhook of a prompt. It is disabled until the prompt can receive its requests. */
export async function createListening(hukz: Hukz, { subjects, url, settings, secret }: Wanted): Promise<Webhook> {
  return hukz.webhooks.create({
    name: `hukz listen on ${hostname()}`.slice(0, 255),
    url,
    event_ids: await eventsOf(hukz, subjects),
    enabled: false,
    listen: LISTEN_FOR,
    ...settings,
    ...(secret !== undefined && { secret }),
  });
}

/** Keeps the webhook from expiring. Returns a function that ends that. */
export function prolong(hukz: Hukz, id: number, say: (line: string) => void): () => void {
  const timer = setInterval(() => {
    const prolonged = hukz.webhooks.update(id, { listen: LISTEN_FOR });
    Promise.resolve(prolonged).catch((error: unknown) => say(`the webhook was not prolonged: ${messageOf(error)}`));
  }, PROLONG_EVERY_MS);
  return () => clearInterval(timer);
}

/** The registered events that the subjects cover: a webhook gets no other messages. */
async function eventsOf(hukz: Hukz, subjects: readonly string[]): Promise<number[]> {
  const ids: number[] = [];
  for await (const { id, event } of hukz.events.list())
    if (subjects.some((subject) => covers(subject, event))) ids.push(id);
  if (ids.length > 0) return ids;
  throw new CommandFailed(`No event is registered for ${subjects.join(', ')}.`, {
    exitCode: EXIT.notFound,
    advice: 'See "hukz event list", or listen without --as-webhook, which needs no event.',
  });
}
