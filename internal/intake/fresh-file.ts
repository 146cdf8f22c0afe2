import { readFileSync } from 'node:fs';
import { messageOf } from '../errors.js';

export interface FreshFileDeps {
  /** The configuration key that names it. */
  readonly key: string;
  readonly path: string;
  /** Called once when the file cannot be used any more, and again after it could be. */
  onUnusable(problem: string): void;
}

/**
 * A file that operators replace while hukz runs, read for each connection. While it cannot be used, as in the middle of being
 * written, what it said last is used in its place, and the server decides.
 */
export class FreshFile<T> {
  private last: T;
  private isUnusable = false;

  /** @throws {Error} that names the key when the file cannot be used now */
  constructor(
    private readonly deps: FreshFileDeps,
    private readonly parse: (bytes: Buffer) => T,
  ) {
    try {
      this.last = this.read();
    } catch (error) {
      throw new Error(this.problemOf(error));
    }
  }

  /** Synchronous, because the client asks in the middle of its handshake: some kilobytes per connection. */
  get(): T {
    try {
      this.last = this.read();
      this.isUnusable = false;
    } catch (error) {
      if (!this.isUnusable) this.deps.onUnusable(`${this.problemOf(error)}; what it said last is used until then`);
      this.isUnusable = true;
    }
    return this.last;
  }

  private read(): T {
    return this.parse(readFileSync(this.deps.path));
  }

  private problemOf(error: unknown): string {
    return `${this.deps.key}: ${this.deps.path} cannot be used (${messageOf(error)}); put a readable file there`;
  }
}
