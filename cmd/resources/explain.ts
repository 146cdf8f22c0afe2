import type { Hukz } from '../../packages/client/src/hukz.js';
import { usageError } from '../command-failed.js';
import type { Columns } from '../output/columns.js';
import { readReference } from '../session/read-ids.js';
import type { Input, Session } from '../session/session.js';
import { readData, readText } from './body.js';
import { given } from './given.js';

type Explained = Awaited<ReturnType<Hukz['explain']>>['webhooks'][number];
type Trial = Awaited<ReturnType<Hukz['webhooks']['testFilter']>>;

const json = (value: unknown) => (value === undefined ? undefined : JSON.stringify(value));
const EXPLAINED: Columns<Explained> = [
  { name: 'id' },
  { name: 'key' },
  { name: 'fires', colour: ({ fires }) => (fires ? 'green' : undefined) },
  { name: 'because' },
  { name: 'at' },
  { name: 'wanted', of: ({ wanted }) => json(wanted) },
  { name: 'found', of: ({ found }) => json(found) },
  { name: 'state' },
];
const TRIAL: Columns<Trial> = [
  { name: 'looked_at' },
  { name: 'would_match' },
  { name: 'stopped_at' },
  {
    name: 'samples',
    of: ({ samples }) =>
      samples.map(({ message_id, fires, because, at }) => {
        const place = at === undefined ? '' : ` at ${at || 'the payload'}`;
        return `${message_id}: ${fires ? 'fires' : 'does not fire'} (${because}${place})`;
      }),
  },
];

interface ExplainOptions {
  readonly message?: string;
  readonly webhook?: string;
  readonly header?: readonly string[];
  readonly fires?: boolean;
  readonly cursor?: string;
}

/** Explains a message that is given, or a stored one. */
export async function explain(
  session: Session,
  { args: [subject, payload], options }: Input<ExplainOptions>,
): Promise<void> {
  const page = await answerFor(session, { subject, payload, options });
  await session.out.rows(page.webhooks, EXPLAINED);
  if (page.problem !== undefined) session.say(`The message fires nothing: ${page.problem}`);
  else if (!page.subject_registered) session.say('No event covers the subject.');
  if (page.next_cursor !== undefined) session.say(`There are more: --cursor ${page.next_cursor}`);
}

interface Asked {
  readonly subject: string | undefined;
  readonly payload: string | undefined;
  readonly options: ExplainOptions;
}

async function answerFor(session: Session, { subject, payload, options }: Asked) {
  const { message, webhook, header, fires, cursor } = options;
  if (message !== undefined) {
    if (subject !== undefined || webhook !== undefined || header !== undefined || fires !== undefined)
      throw usageError('--message explains a stored message for all webhooks.', 'Leave out the event and the filters.');
    return session.hukz.messages.explain(message, given({ cursor, limit: 100 }));
  }
  if (subject === undefined) throw usageError('Name the event of the message, or a stored message by --message.');
  return session.hukz.explain({
    subject,
    ...(payload !== undefined && { payload: await readText(session, payload) }),
    ...given({ fires, cursor, headers: header && readHeaders(header) }),
    ...(webhook !== undefined && { webhook: readReference(webhook, 'a webhook') }),
  });
}

/** Headers from `--header name:value`; several of one name are a list. */
function readHeaders(texts: readonly string[]): Record<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const text of texts) {
    const colon = text.indexOf(':');
    if (colon < 1) throw usageError(`--header ${text}: a header is written name:value.`);
    const name = text.slice(0, colon);
    headers.set(name, [...(headers.get(name) ?? []), text.slice(colon + 1).trim()]);
  }
  return Object.fromEntries(headers);
}

interface TrialOptions {
  readonly since?: string;
  readonly until?: string;
  readonly limit?: number;
}

export async function testFilter(
  session: Session,
  { args: [webhook = '', filter], options: { since, until, limit } }: Input<TrialOptions>,
): Promise<void> {
  const trial = {
    ...given({ since, until, limit }),
    ...(filter !== undefined && { filter: await readData(session, filter, 'The filter') }),
  };
  await session.out.one(session.hukz.webhooks.testFilter(readReference(webhook, 'a webhook'), trial), TRIAL);
}
