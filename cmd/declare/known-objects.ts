import type { ExportedDeclaration, Plan } from '../../packages/client/src/hukz.js';
import { isObject, type Merged } from './merge-documents.js';
import { keyOf } from './name-places.js';

type Step = Pick<Plan['plan'][number], 'kind' | 'key'>;

/** An object as it is declared or stored, with the texts that had variables by their paths. */
export interface KnownObject {
  readonly value: unknown;
  readonly templates: ReadonlyMap<string, string>;
}

/** Both sides of a step of a plan, as far as they are known. */
export interface KnownObjects {
  declared(step: Step): KnownObject | undefined;
  stored(step: Step): KnownObject | undefined;
}

type Exported = Pick<ExportedDeclaration, 'events' | 'webhooks'>;

/** Finds objects by their keys, which all objects of an export have as well. */
export function knownObjects({ head, events, webhooks }: Merged, exported: Exported = {}): KnownObjects {
  const declared = new Map<string, KnownObject>();
  const stored = new Map<string, KnownObject>();
  const add = (kind: string, objects: readonly KnownObject[] = []) => {
    for (const { value, templates } of objects)
      declared.set(`${kind} ${keyOf({ value })}`, {
        value: { ...Object(value), managed_by: head.managed_by },
        templates,
      });
  };
  const addStored = (kind: string, objects: readonly unknown[] = []) => {
    for (const value of objects)
      if (isObject(value)) stored.set(`${kind} ${keyOf({ value })}`, { value, templates: new Map() });
  };
  add('event', events);
  add('webhook', webhooks);
  addStored('event', exported.events);
  addStored('webhook', exported.webhooks);
  const nameOf = ({ kind, key }: Step) => `${kind} ${key}`;
  return { declared: (step) => declared.get(nameOf(step)), stored: (step) => stored.get(nameOf(step)) };
}
