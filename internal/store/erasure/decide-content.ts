import { evaluate } from '../../domain/filter/evaluate.js';
import type { Filter } from '../../domain/filter/filter.js';
import { pathsOf } from '../../domain/filter/paths-of.js';
import { MessageView } from '../../domain/matching/message-view.js';
import { Ticks } from '../../ticks.js';
import { readHeaders } from '../journal/accept/header-bytes.js';
import type { JournalPool } from '../journal/journal-pool.js';
import { readPayloads } from '../messages/read-payloads.js';
import type { FoundMessage } from './found-message.js';

/** A larger payload is decoded in one turn of the event loop, and looked into in another one. */
const LARGE_BYTES = 64 * 1024;

interface Decided {
  readonly messages: readonly FoundMessage[];
  readonly undecided: number;
}

/** Decides by the content which messages are erased. A few payloads are in memory at a time. */
export async function decideContent(
  run: JournalPool['run'],
  rows: readonly FoundMessage[],
  { content, maxBytes }: { readonly content: Filter; readonly maxBytes: number },
): Promise<Decided> {
  const scope = { paths: pathsOf(content.condition), maxBytes };
  const ticks = new Ticks();
  const messages: FoundMessage[] = [];
  let undecided = 0;
  for await (const { row, payload } of readPayloads(run, rows, maxBytes)) {
    if (payload.length > LARGE_BYTES) await ticks.end();
    const view = new MessageView(row.subject, readHeaders(row.headers), payload, Date.parse(row.received_at));
    const isWanted = evaluate(content.condition, view.valuesFor(scope));
    if (isWanted) messages.push(row);
    if (isWanted === undefined) undecided++;
    await ticks.next();
  }
  return { messages, undecided };
}
