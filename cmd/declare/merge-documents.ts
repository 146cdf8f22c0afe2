import { isDeepStrictEqual } from 'node:util';
import type { Mistake } from './declaration-mistake.js';
import type { SourceDocument } from './read-documents.js';

export type Json = Readonly<Record<string, unknown>>;

/** An event or a webhook of a declaration. */
export interface DeclaredObject {
  readonly value: unknown;
  /** The texts with variables, as they are written, by their paths in the object. */
  readonly templates: ReadonlyMap<string, string>;
  /** The file and the line of a value in it, or of the object. */
  where(path?: readonly string[]): string;
}

/** Several documents as one declaration. */
export interface Merged {
  /** The members that are not lists, such as `managed_by`. */
  readonly head: Json;
  /** A kind that no document has is undefined, and left alone. */
  readonly events: readonly DeclaredObject[] | undefined;
  readonly webhooks: readonly DeclaredObject[] | undefined;
  /** The file and the line of a member that is no list. */
  whereHead(name: string): string | undefined;
}

export const LISTS = ['events', 'webhooks'] as const;
type ListName = (typeof LISTS)[number];
/** Members that `hukz export` or the API writes, and that mean nothing in a declaration. */
const IGNORED: ReadonlySet<string> = new Set(['skipped']);
/** An option of the command line says it. */
const OPTIONS: ReadonlyMap<string, string> = new Map([['dry_run', '--dry-run']]);

/** Merges documents: their lists follow each other, and other members must agree. */
export function mergeDocuments(documents: readonly SourceDocument[], mistakes: Mistake[]): Merged {
  const lists: Partial<Record<ListName, DeclaredObject[]>> = {};
  const heads = new Map<string, { readonly value: unknown; readonly at: string }>();
  for (const document of documents) {
    const { value, where } = document;
    if (!isObject(value)) {
      mistakes.push({ at: where([]), message: 'a declaration is an object with "events", "webhooks" or both' });
      continue;
    }
    for (const [name, member] of Object.entries(value)) {
      const at = where([name]);
      const refuse = (message: string) => void mistakes.push({ at, message });
      const option = OPTIONS.get(name);
      if (IGNORED.has(name)) continue;
      if (option) refuse(`"${name}" is not for files: use ${option}`);
      else if (isList(name)) {
        lists[name] ??= [];
        // An empty list in YAML is often written as nothing.
        if (Array.isArray(member)) lists[name].push(...objectsOf(document, name, member));
        else if (member !== null) refuse(`"${name}" must be a list`);
      } else {
        const earlier = heads.get(name);
        if (!earlier) heads.set(name, { value: member, at });
        else if (!isDeepStrictEqual(earlier.value, member)) refuse(`"${name}" differs from that in ${earlier.at}`);
      }
    }
  }
  return {
    head: Object.fromEntries([...heads].map(([name, { value }]) => [name, value])),
    events: lists.events,
    webhooks: lists.webhooks,
    whereHead: (name) => heads.get(name)?.at,
  };
}

function objectsOf(document: SourceDocument, list: ListName, values: readonly unknown[]): readonly DeclaredObject[] {
  const templates = new Map<string, Map<string, string>>();
  for (const [path, template] of document.templates) {
    const [member, nth = '', ...inner] = path.split('.');
    if (member !== list) continue;
    const its = templates.get(nth) ?? new Map<string, string>();
    templates.set(nth, its.set(inner.join('.'), template));
  }
  return values.map((value, nth) => ({
    value,
    templates: templates.get(String(nth)) ?? new Map(),
    where: (path = []) => document.where([list, String(nth), ...path]),
  }));
}

const isList = (name: string): name is ListName => LISTS.some((list) => list === name);

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
