/** A queue whose operations are all O(1). Memory of dequeued items is freed in chunks. */
export class Fifo<T> {
  private items: (T | undefined)[] = [];
  private head = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  *values(): IterableIterator<T> {
    for (let at = this.head; at < this.items.length; at++) {
      const item = this.items[at];
      if (item !== undefined) yield item;
    }
  }

  push(item: T): void {
    this.items.push(item);
  }

  /** Puts an item before all others. */
  unshift(item: T): void {
    if (this.head > 0) this.items[--this.head] = item;
    else this.items.unshift(item);
  }

  shift(): T | undefined {
    if (this.head === this.items.length) return undefined;
    const item = this.items[this.head];
    this.items[this.head++] = undefined;
    if (this.head > 1024 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }
}
