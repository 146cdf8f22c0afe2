import { RE2JS } from 're2js';
import { messageOf } from '../errors.js';

/** A pattern as the compiler of schemas uses it. */
interface Tester {
  test(text: string): boolean;
}

/** Remembered patterns of one worker. Each takes some KiB. */
const MAX_REMEMBERED = 1000;

/**
 * Patterns of schemas, by a port of RE2: the time of a match is linear in the text, whatever the pattern is. Patterns
 * that need backtracking, which are those with lookarounds or back references, have no such engine and are refused.
 */
export class Patterns {
  private readonly known = new Map<string, Tester>();

  /** @throws if the pattern cannot be matched in linear time, or is malformed */
  compile(pattern: string): Tester {
    const there = this.known.get(pattern);
    if (there) return there;
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
    const tester = { test: (text: string) => compiled.test(text) };
    if (this.known.size >= MAX_REMEMBERED) this.known.clear();
    this.known.set(pattern, tester);
    return tester;
  }

  /** The reason why a pattern cannot be used. */
  refuse(pattern: string): string | undefined {
    try {
      this.compile(pattern);
      return undefined;
    } catch (error) {
      const why = messageOf(error)
        .replace(/^error parsing regexp: /, '')
        .slice(0, 200);
      return `is no pattern that can be matched in linear time (RE2, without lookarounds and back references): ${why}`;
    }
  }
}
