import type { Condition } from '../condition.js';
import type { MessageValues } from '../message-values.js';
import { isInPayload } from '../paths-of.js';
import { UNKNOWN, type Value } from '../values/value.js';
import { type Entry, entrySets } from './entry.js';
import { PathIndex } from './path-index.js';

/**
 * Finds the things whose filters a message may fulfil, in the time that they take to be listed and not in that of all
 * filters. Each thing is under the rarest of its necessary conditions at the time at which it was added. Things with
 * other filters are not taken, and are to be looked at one by one.
 */
export class FilterIndex<T extends { readonly id: number }> {
  private readonly paths = new Map<string, PathIndex<T>>();
  /** The number of paths that do not lead into the payload. */
  private outside = 0;
  private readonly empty = new PathIndex<T>();
  private readonly entries = new Map<T, readonly Entry[]>();

  get size(): number {
    return this.entries.size;
  }

  has(thing: T): boolean {
    return this.entries.has(thing);
  }

  all(): Iterable<T> {
    return this.entries.keys();
  }

  /** Returns false if no condition of the filter can be found by a value. */
  add(thing: T, condition: Condition): boolean {
    const rarest = this.rarest(entrySets(condition));
    if (!rarest) return false;
    this.entries.set(thing, rarest);
    for (const entry of rarest) this.indexOf(entry.path).add(entry, thing);
    return true;
  }

  delete(thing: T): void {
    for (const entry of this.entries.get(thing) ?? []) {
      const index = this.paths.get(entry.path);
      index?.delete(entry, thing);
      if (index?.size !== 0) continue;
      this.paths.delete(entry.path);
      if (!isInPayload(entry.path)) this.outside--;
    }
    this.entries.delete(thing);
  }

  /** Returns all things whose filter the message may fulfil, and some others. */
  find(message: MessageValues): ReadonlySet<T> {
    const found = new Set<T>();
    const { inPayload } = message;
    if (this.outside > 0) this.findOutside(message, found);
    if (inPayload === UNKNOWN) this.findAll(isInPayload, found);
    // Filters of other events may want more paths than this index has.
    else for (const [path, value] of inPayload) this.findAt(path, value, found);
    return found;
  }

  private findOutside(message: MessageValues, found: Set<T>): void {
    for (const path of message.otherPaths()) {
      const value = this.paths.has(path) ? message.at(path) : undefined;
      if (value !== undefined && value !== UNKNOWN) this.findAt(path, value, found);
    }
  }

  private findAt(path: string, value: Value, found: Set<T>): void {
    const index = this.paths.get(path);
    if (!index) return;
    if (index.needsAll(value)) this.findAll((other) => other === path, found);
    else if (value.list) {
      for (const { scalar } of value.list.elements) if (scalar !== undefined) index.find(scalar, found);
    } else if (value.scalar !== undefined) index.find(value.scalar, found);
  }

  private findAll(isMeant: (path: string) => boolean, found: Set<T>): void {
    for (const [thing, entries] of this.entries) if (entries.some(({ path }) => isMeant(path))) found.add(thing);
  }

  private rarest(sets: readonly (readonly Entry[])[]): readonly Entry[] | undefined {
    const priced = sets.map((set) => ({ set, cost: set.reduce((cost, entry) => cost + this.cost(entry), 0) }));
    return priced.sort((one, other) => one.cost - other.cost)[0]?.set;
  }

  private cost(entry: Entry): number {
    return (this.paths.get(entry.path) ?? this.empty).cost(entry);
  }

  private indexOf(path: string): PathIndex<T> {
    const there = this.paths.get(path);
    if (there) return there;
    const index = new PathIndex<T>();
    this.paths.set(path, index);
    if (!isInPayload(path)) this.outside++;
    return index;
  }
}
