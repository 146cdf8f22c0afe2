import type { FieldChange, FieldChanges } from './audit-row.js';

/** A longer value is cut, and says how long it was. */
const MAX_VALUE = 1024;
/** Bounds a row of 60 fields. The names of further fields are counted. */
const MAX_BYTES = 16 * 1024;

type Json = Readonly<Record<string, unknown>>;

/** Compares the shown forms of a thing before and after a change. Undefined means that there is none. */
export function changesBetween(before: Json | undefined, after: Json | undefined): FieldChanges {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  const changes: [string, FieldChange][] = [];
  for (const name of names) {
    const [from, to] = [before?.[name], after?.[name]];
    // Both have their members in the order of the same form.
    if (JSON.stringify(from) === JSON.stringify(to)) continue;
    changes.push([name, { ...(from !== undefined && { before: from }), ...(to !== undefined && { after: to }) }]);
  }
  return Object.fromEntries(changes);
}

/** The changes in a size that a row of the audit may have. */
export function bounded(changes: FieldChanges): FieldChanges {
  const kept: [string, FieldChange][] = [];
  let bytes = 0;
  const all = Object.entries(changes);
  for (const [name, { before, after }] of all) {
    const change = {
      ...(before !== undefined && { before: cut(before) }),
      ...(after !== undefined && { after: cut(after) }),
    };
    bytes += name.length + JSON.stringify(change).length;
    if (bytes > MAX_BYTES)
      return { ...Object.fromEntries(kept), '…': { after: `${all.length - kept.length} more fields` } };
    kept.push([name, change]);
  }
  return Object.fromEntries(kept);
}

function cut(value: unknown): unknown {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  if (text.length <= MAX_VALUE) return value;
  // A cut between the halves of a character would be no text.
  const begin = text.slice(0, MAX_VALUE).replace(/[\ud800-\udbff]$/, '');
  return `${begin}… (${text.length} characters)`;
}
