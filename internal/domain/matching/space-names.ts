import type { ResourceName } from '../message/headers/resource-name.js';

/** The ids of spaces by the names that publishers use. */
export interface SpaceNames {
  /** Returns the number itself, or the number of the space with the key. Undefined if no space has the key. */
  idOf(space: ResourceName): number | undefined;
}

/** A space, and its key if it has one. */
export interface CatalogSpace {
  readonly id: number;
  readonly key: string | undefined;
}

/** The spaces that have a key. Spaces without one are not remembered, because only their numbers name them. */
export class SpaceKeys implements SpaceNames {
  private readonly ids = new Map<string, number>();
  private readonly keys = new Map<number, string>();

  idOf(space: ResourceName): number | undefined {
    return typeof space === 'number' ? space : this.ids.get(space);
  }

  /** All old keys are removed first, because a key may have moved from one space to another. */
  change(spaces: readonly CatalogSpace[]): void {
    for (const { id } of spaces) this.remove(id);
    for (const { id, key } of spaces) {
      if (key === undefined) continue;
      this.ids.set(key, id);
      this.keys.set(id, key);
    }
  }

  private remove(id: number): void {
    const key = this.keys.get(id);
    if (key === undefined) return;
    this.keys.delete(id);
    if (this.ids.get(key) === id) this.ids.delete(key);
  }
}
