import type { Header } from '../message/message.js';
import type { CatalogSchema } from './event-schema.js';

/** By this header, a publisher names the version of the schema that its payload follows. */
export const SCHEMA_VERSION_HEADER = 'Hukz-Schema-Version';
const NAME = SCHEMA_VERSION_HEADER.toLowerCase();
const MAX_SHOWN = 64;
const MAX_LISTED = 10;

/** The schema that judges a message, or the reason why none of them can, with the schema whose mode then counts. */
export type ChosenVersion =
  | { readonly schema: CatalogSchema; readonly problem?: undefined }
  | { readonly schema: CatalogSchema; readonly problem: string };

/**
 * Chooses among the versions of one event, newest first. Without a name, the newest version that is not off judges. An
 * event whose versions are all off judges nothing, whatever a message names.
 */
export function chooseVersion(
  schemas: readonly CatalogSchema[],
  headers: readonly Header[],
): ChosenVersion | undefined {
  const newest = schemas.find(({ mode }) => mode !== 'off');
  if (!newest) return undefined;
  const named = namedVersions(headers);
  const [version] = named;
  if (version === undefined) return { schema: newest };
  if (named.size > 1) return { schema: newest, problem: `${SCHEMA_VERSION_HEADER} names several versions` };
  const schema = schemas.find((each) => each.version === version);
  return schema ? { schema } : { schema: newest, problem: unknown(version, schemas) };
}

function namedVersions(headers: readonly Header[]): ReadonlySet<string> {
  const named = new Set<string>();
  for (const [name, value] of headers)
    if (name.length === NAME.length && name.toLowerCase() === NAME) named.add(value.trim());
  return named;
}

function unknown(version: string, schemas: readonly CatalogSchema[]): string {
  const listed = schemas.slice(0, MAX_LISTED).map((each) => `"${each.version}"`);
  const known = listed.join(', ') + (schemas.length > MAX_LISTED ? ', …' : '');
  return `${SCHEMA_VERSION_HEADER}: the event has no schema version "${version.slice(0, MAX_SHOWN)}"; it has ${known}`;
}
