type Some<T> = T | Set<T>;

/**
 * Things by key, several a key. Most keys have one, which then stands there by itself: a set of one takes 200 bytes, and
 * 100,000 webhooks with a tag of their own have as many keys.
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

  /** How many there are under a key. */
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
