import { isDefinition } from './definitions.js';
import type { Definition } from './fields.js';
import { modulesOf } from './glob-modules.js';

/**
 * A place to look for definitions: a glob of files below the working directory, a module, or an object whose members
 * are modules or functions that load them, as bundlers make it of a glob.
 */
export type Source = string | object;

/** All definitions that the sources export, each once. */
export async function findDefinitions(sources: readonly Source[]): Promise<readonly Definition[]> {
  const found: Definition[] = [];
  for (const source of sources) {
    for (const module of await modulesIn(source)) {
      if (isDefinition(module)) found.push(module);
      else if (typeof module === 'object' && module !== null) found.push(...Object.values(module).filter(isDefinition));
    }
  }
  return [...new Set(found)];
}

/** The exports of a module are never called. */
async function modulesIn(source: Source): Promise<readonly unknown[]> {
  if (typeof source === 'string') return modulesOf(source);
  if (isDefinition(source) || Reflect.get(source, Symbol.toStringTag) === 'Module') return [source];
  const members: readonly unknown[] = Object.values(source);
  return Promise.all(members.map((member) => (typeof member === 'function' ? member() : member)));
}
