import type { Plan } from '../../packages/client/src/hukz.js';
import type { KnownObject, KnownObjects } from './known-objects.js';
import { isObject } from './merge-documents.js';
import { SECRET, visibleValue } from './visible-value.js';

/** A field of an object as it is shown. */
export interface FieldChange {
  readonly name: string;
  /** Undefined if it is not known, and for a field of a new object. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The field is absent, and has the value of a new object. */
const DEFAULT = '(default)';

/** The fields that a step of a plan creates or changes. */
export function changesOf(step: Plan['plan'][number], known: KnownObjects): readonly FieldChange[] {
  const declared = known.declared(step);
  if (step.do === 'create')
    return fieldsOf(declared?.value).map((name) => ({ name, before: undefined, after: shownAt(declared, name) }));
  if (step.do !== 'change') return [];
  const stored = known.stored(step);
  return step.fields.map((name) => {
    const after = shownAt(declared, name);
    // An export of everything does not say who manages an object.
    const before = name === 'managed_by' ? undefined : shownAt(stored, name);
    if (before === SECRET && after === SECRET) return { name, before: undefined, after };
    // The stored value may be an earlier value of the variable, or the present one.
    return { name, before: declared && hasTemplate(declared, name) ? SECRET : before, after };
  });
}

/** The members of an object except its key, and the members of members. */
function fieldsOf(value: unknown): readonly string[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    if (name === 'key' || name === 'managed_by') return [];
    return isObject(member) ? Object.keys(member).map((inner) => `${name}.${inner}`) : [name];
  });
}

function shownAt(object: KnownObject | undefined, field: string): string | undefined {
  if (!object || !isObject(object.value)) return undefined;
  const [name = '', inner] = field.split(/\.(.*)/s);
  const member = object.value[name];
  const value = inner === undefined ? member : isObject(member) ? member[inner] : undefined;
  const visible = visibleValue(value, inner === undefined ? [name] : [name, inner], object.templates);
  if (visible === SECRET) return SECRET;
  return visible === undefined || visible === null ? DEFAULT : JSON.stringify(visible);
}

const hasTemplate = ({ templates }: KnownObject, field: string) =>
  [...templates.keys()].some((path) => path === field || path.startsWith(`${field}.`));
