import type { SchemaText } from '../../domain/schema/event-schema.js';
import type { JournalPool, Statement } from '../journal/journal-pool.js';

const LOAD: Statement = { text: 'select id, schema as text from event_schemas where id = $1' };

/** The text of a version, which never changes. Undefined if the version was deleted. */
export async function loadSchemaText({ run }: Pick<JournalPool, 'run'>, id: number): Promise<SchemaText | undefined> {
  const [found] = await run<SchemaText>(LOAD, [id]);
  return found;
}
