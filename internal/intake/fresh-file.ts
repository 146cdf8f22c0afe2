import { readFileSync } from 'node:fs';
import { messageOf } from '../errors.js';

export interface FreshFileDeps {
  /** The configuration key that names the file. */
  readonly key: string;
  readonly path: string;
  /** Called once when the file becomes unusable, and again if it becomes unusable after it was usable in between. */
  onUnusable(problem: string): void;
}

/**
 * A file that operators replace while hukz runs. It is read for each connection. While it is unusable, for example
 * because it is being written, its last content is used instead, and the server decides.
 */
export class FreshFile<T> {
  private last: T;
  private isUnusable = false;

  /** @throws {Error} that names the key if the file is unusable now */
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

  /**
   * This method is synchronous, because the client calls it in the middle of its handshake. It reads a few kilobytes
   * per connection.
   */
  get(): T {
    try {
      this.last = this.read();
      this.isUnusable = false;
    } catch (error) {
      if (!this.isUnusable) this.deps.onUnusable(`${this.problemOf(error)}; its last content is used until then`);
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
