import type { Declaration } from '../../packages/client/src/hukz.js';
import type { Invocation } from '../invocation.js';
import { type Mistake, refuseFiles } from './declaration-mistake.js';
import { readFiles } from './find-files.js';
import { type Merged, mergeDocuments } from './merge-documents.js';
import { readDocuments } from './read-documents.js';

export interface DeclarationOptions {
  /** Files, directories, or `-` for stdin. */
  readonly file: readonly string[];
  readonly managedBy?: string;
  readonly prune?: true;
  readonly takeOver?: true;
}

export interface ReadDeclaration {
  readonly merged: Merged;
  readonly declaration: Declaration;
}

/** Reads the files of `-f` as one declaration. @throws {CommandFailed} that names the file and line of each mistake */
export async function readDeclaration(here: Invocation, options: DeclarationOptions): Promise<ReadDeclaration> {
  const files = await readFiles(here, options.file);
  const mistakes: Mistake[] = [];
  const documents = files.flatMap((file) => readDocuments(file, here.env, mistakes));
  const read = mergeDocuments(documents, mistakes);
  const merged = { ...read, head: withOptions(read.head, options) };
  if (mistakes.length === 0 && merged.head.managed_by === undefined) {
    const message =
      'no document has "managed_by", the name under which the objects are managed: add it, or --managed-by';
    mistakes.push({ at: files[0]?.name ?? '-f', message });
  }
  if (mistakes.length > 0) throw refuseFiles(mistakes);
  return { merged, declaration: toDeclaration(merged) };
}

function withOptions(head: Merged['head'], { managedBy, prune, takeOver }: DeclarationOptions): Merged['head'] {
  const { space } = head;
  return {
    ...head,
    // The value of a variable is text.
    ...(typeof space === 'string' && /^\d+$/.test(space) && { space: Number(space) }),
    ...(managedBy !== undefined && { managed_by: managedBy }),
    ...(prune && { prune }),
    ...(takeOver && { take_over: takeOver }),
  };
}

/** The service checks what the files have; a refusal is then said by its place in them. */
function toDeclaration({ head, events, webhooks }: Merged): Declaration {
  const values = (objects: Merged['events']) => objects?.map(({ value }) => value);
  return { ...head, events: values(events), webhooks: values(webhooks) } as unknown as Declaration;
}
