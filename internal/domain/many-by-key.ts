type Some<T> = T | Set<T>;

/**
 * A map with several values per key. Most keys have one value, which is then stored without a set: a set with one value
 * takes 200 bytes, and 100,000 webhooks, each with a tag of its own, have 100,000 keys.
 */
export class ManyByKey<K, T extends object> {
  private readonly byKey = new Map<K, Some<T>>();

  add(key: K, thing: T): void {
    const there = this.byKey.get(key);
    if (there === undefined) this.byKey.set(key, thing);
    else if (there instanceof Set) there.add(thing);
    else if (there !== thing) this.byKey.set(key, new Set([there, thing]));
  }

  delete(key: K, thing: T): void {
    const there = this.byKey.get(key);
    if (there === thing) this.byKey.delete(key);
    else if (there instanceof Set && there.delete(thing) && there.size === 1) {
      for (const last of there) this.byKey.set(key, last);
    }
  }

  /** Returns the number of values under a key. */
  count(key: K): number {
    const there = this.byKey.get(key);
    if (there === undefined) return 0;
    return there instanceof Set ? there.size : 1;
  }

  under(key: K): Iterable<T> {
    const there = this.byKey.get(key);
    if (there === undefined) return [];
    return there instanceof Set ? there : [there];
  }
}
