import { isUtf8 } from 'node:buffer';
import type { Header } from '../message/message.js';
import { isInPayload } from './paths-of.js';
import { type CollectedValues, collectValues } from './values/collect-values.js';
import { textsValue, textValue } from './values/text-value.js';
import { type Found, type Source, UNKNOWN } from './values/value.js';
import type { WantedPaths } from './values/wanted-paths.js';

/** The places at which filters look, and the size up to which they look into a payload. */
export interface FilterScope {
  readonly paths: WantedPaths;
  readonly maxBytes: number;
}

/** The default of the configuration. */
export const FILTER_MAX_BYTES = 1024 * 1024;

const NO_VALUES: CollectedValues = new Map();

/** The values of one message for the filters of a scope. The payload is scanned when a filter asks for it, and once. */
export class MessageValues implements Source {
  private collected: CollectedValues | typeof UNKNOWN | undefined;
  private subjectTokens: readonly string[] | undefined;
  private headersByName: Map<string, string[]> | undefined;
  /** Whether the payload is one JSON text. Undefined before it is scanned. */
  isJson: boolean | undefined;

  /** @param payload undefined if it is not at hand, so that all of its values are unknown */
  constructor(
    private readonly subject: string,
    private readonly headers: readonly Header[],
    private readonly payload: Uint8Array | undefined,
    private readonly scope: FilterScope,
  ) {}

  at(path: string): Found {
    if (isInPayload(path)) {
      const { inPayload } = this;
      return inPayload === UNKNOWN ? UNKNOWN : inPayload.get(path);
    }
    const [root, name] = [path.slice(0, path.indexOf('/')), path.slice(path.indexOf('/') + 1)];
    if (root === 'headers') return textsValue(this.byName.get(name) ?? []);
    return path === 'subject' ? textValue(this.subject) : textsValue(this.tokens.slice(Number(name) - 1, Number(name)));
  }

  /** The values at all wanted paths of the payload, or `unknown` if the payload is too large or not at hand. */
  get inPayload(): CollectedValues | typeof UNKNOWN {
    this.collected ??= this.collect();
    return this.collected;
  }

  /** The paths that have a value outside of the payload. */
  *otherPaths(): Generator<string> {
    yield 'subject';
    for (let token = 1; token <= this.tokens.length; token++) yield `subject/${token}`;
    for (const name of this.byName.keys()) yield `headers/${name}`;
  }

  get hasPayload(): boolean {
    return this.payload !== undefined;
  }

  get isTooLarge(): boolean {
    return this.payload !== undefined && this.payload.length > this.scope.maxBytes;
  }

  private collect(): CollectedValues | typeof UNKNOWN {
    const { payload, scope } = this;
    if (payload === undefined || this.isTooLarge) return UNKNOWN;
    const values = isUtf8(payload) ? collectValues(payload, scope.paths.root) : undefined;
    this.isJson = values !== undefined;
    return values ?? NO_VALUES;
  }

  private get tokens(): readonly string[] {
    this.subjectTokens ??= this.subject.split('.');
    return this.subjectTokens;
  }

  private get byName(): ReadonlyMap<string, string[]> {
    if (this.headersByName) return this.headersByName;
    const byName = new Map<string, string[]>();
    for (const [name, value] of this.headers) {
      const values = byName.get(name.toLowerCase());
      if (values) values.push(value);
      else byName.set(name.toLowerCase(), [value]);
    }
    this.headersByName = byName;
    return byName;
  }
}
