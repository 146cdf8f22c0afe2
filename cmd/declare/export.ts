import { bytesAt } from '../../packages/client/src/json-bytes.js';
import { plain } from '../output/plain.js';
import type { Verb } from '../session/session.js';

interface ExportOptions {
  readonly managedBy?: string;
}

/** The members of a declaration, in the order in which people read them. */
const MEMBERS = ['managed_by', 'space', 'events', 'webhooks'];
const decoder = new TextDecoder();

/** Prints the stored objects as a declaration, with placeholders in place of secrets. */
export const exportDeclaration: Verb<ExportOptions> = async (session, { options }) => {
  const { here, out, say } = session;
  const { managedBy } = options;
  const { data, bytes } = await session.hukz
    .export(managedBy === undefined ? {} : { managed_by: managedBy })
    .withAnswer();
  const { events, webhooks } = data.skipped;
  if (events + webhooks > 0)
    say(`${events} events and ${webhooks} webhooks are left out, because they have no key by which to declare them.`);
  if (managedBy === undefined)
    say('Without --managed-by, the declaration has the objects of all managers, and no managed_by of its own.');
  if (out.format === 'json' || out.format === 'jsonl') return out.answer(bytes);
  const { toYaml } = await import('../output/yaml.js');
  const yaml = toYaml(membersOf(bytes));
  // A file keeps every character.
  out.painted(here.streams.stdout.isTTY ? plain(yaml) : yaml);
};

/** The numbers stay as they are written. */
function membersOf(json: Uint8Array): string {
  const members = MEMBERS.flatMap((name) => {
    const value = bytesAt(json, [name]);
    return value ? [`${JSON.stringify(name)}:${decoder.decode(value)}`] : [];
  });
  return `{${members.join(',')}}`;
}
