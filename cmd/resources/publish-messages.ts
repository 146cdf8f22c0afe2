import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchLine, PublishedMessage } from '../../packages/client/src/resources/messages.js';
import type { NewMessage } from '../../packages/client/src/resources/new-message.js';
import { CommandFailed } from '../command-failed.js';
import { EXIT } from '../exit-codes.js';
import type { Columns } from '../output/columns.js';
import { makeProgressBar } from '../output/progress-bar.js';
import type { Input, Session } from '../session/session.js';
import { readTags, readText } from './body.js';
import { given } from './given.js';

const PUBLISHED: Columns<PublishedMessage> = [{ name: 'message_id' }, { name: 'webhooks' }, { name: 'duplicate' }];

/** Messages per request, and requests per second if there is a rate. */
const MAX_BATCH = 100;
const TICKS_PER_SECOND = 10;

interface PublishOptions {
  readonly id?: string;
  readonly tag?: readonly string[];
  readonly delay?: string;
  readonly count?: number;
  readonly rate?: number;
}

/** `hukz message publish`: publishes a message over HTTP, or the same payload several times. */
export async function publishMessage(session: Session, { args, options }: Input<PublishOptions>): Promise<void> {
  const [event = '', argument] = args;
  const { id, delay, count } = options;
  const tags = readTags(options.tag);
  // A text is delivered byte for byte.
  const payload = argument === undefined ? undefined : await readText(session, argument);
  const message = { event, ...given({ payload, delay, tags }) };
  if (count === undefined) {
    const call = session.hukz.messages.publish({ ...message, ...given({ id }) });
    if (session.out.format !== 'name') return session.out.one(call, PUBLISHED);
    return session.out.text(String((await call).message_id));
  }
  if (id !== undefined)
    throw new CommandFailed('--id names one message, and --count publishes several.', { exitCode: EXIT.usage });
  await publishMany(session, message, { count, rate: options.rate });
}

async function publishMany(
  session: Session,
  message: NewMessage,
  { count, rate }: { readonly count: number; readonly rate: number | undefined },
): Promise<void> {
  const bar = makeProgressBar(session.here.streams.stderr);
  const sum = { published: 0, refused: 0, webhooks: 0 };
  const problems = new Set<string>();
  const beganMs = performance.now();
  try {
    for (let sent = 0; sent < count; ) {
      const batch = Math.min(count - sent, rate === undefined ? MAX_BATCH : batchFor(rate));
      const lines = await session.hukz.messages.publishBatch(Array.from({ length: batch }, () => message));
      for (const line of lines) addLine(sum, problems, line);
      sent += batch;
      bar.show(sent, count);
      const dueMs = rate === undefined ? 0 : beganMs + (sent / rate) * 1000;
      if (sent < count && dueMs > performance.now()) await sleep(dueMs - performance.now());
    }
  } finally {
    bar.end();
  }
  const [problem] = problems;
  await session.out.object({ ...sum, seconds: seconds(beganMs) }, SUM);
  if (problem !== undefined)
    throw new CommandFailed(`${sum.refused} of ${count} messages were refused: ${problem}`, { exitCode: EXIT.refused });
}

const SUM = [{ name: 'published' }, { name: 'refused' }, { name: 'webhooks' }, { name: 'seconds' }];

const batchFor = (rate: number) => Math.max(1, Math.min(MAX_BATCH, Math.floor(rate / TICKS_PER_SECOND)));

const seconds = (beganMs: number) => Math.round((performance.now() - beganMs) / 10) / 100;

function addLine(
  sum: { published: number; refused: number; webhooks: number },
  problems: Set<string>,
  line: BatchLine,
): void {
  if (line.status === 202) {
    sum.published++;
    sum.webhooks += line.webhooks ?? 0;
    return;
  }
  sum.refused++;
  for (const { message } of line.errors ?? []) problems.add(message);
}
