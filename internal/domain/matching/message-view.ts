import { type FilterScope, MessageValues } from '../filter/message-values.js';
import { isJsonText } from '../message/json-bytes.js';
import { valueIn, valueInText } from '../message/json-pointer.js';
import type { Header } from '../message/message.js';
import type { Parsed } from '../text/parsed.js';
import { parseRouting, type Routing } from './routing.js';

/** A message without its payload. Its routing headers are parsed lazily and at most once. */
export class MessageHead {
  private read: Parsed<Routing> | undefined;
  private looked: { readonly values: MessageValues; readonly scope: FilterScope; readonly version: number } | undefined;

  constructor(
    readonly subject: string,
    readonly headers: readonly Header[],
    private readonly receivedAt: number,
  ) {}

  get routing(): Parsed<Routing> {
    this.read ??= parseRouting(this.headers, this.receivedAt);
    return this.read;
  }

  /** The values for filters. They are those of the last call, unless filters want other paths since. */
  valuesFor(scope: FilterScope): MessageValues {
    const { version } = scope.paths;
    if (this.looked?.scope !== scope || this.looked.version !== version)
      this.looked = { values: this.look(scope), scope, version };
    return this.looked.values;
  }

  /** The values that filters have looked at so far. */
  protected get values(): MessageValues | undefined {
    return this.looked?.values;
  }

  protected forgetValues(): void {
    this.looked = undefined;
  }

  /** Without the payload, its values are unknown. */
  protected look(scope: FilterScope): MessageValues {
    return new MessageValues(this.subject, this.headers, undefined, scope);
  }
}

/** A larger payload is searched and not parsed: to parse 1 MB of brackets takes 70 ms, to search it 5 ms. */
const MAX_PARSED_BYTES = 16 * 1024;

/** A message with its payload. The payload is read lazily, and a small one is parsed at most once. */
export class MessageView extends MessageHead {
  private parsed: { readonly value: unknown } | undefined;
  private isText: boolean | undefined;

  constructor(
    subject: string,
    headers: readonly Header[],
    private payload: Uint8Array,
    receivedAt: number,
  ) {
    super(subject, headers, receivedAt);
  }

  /** Makes this view read the payload from a copy, because the socket's buffer is reused. */
  moveTo(copy: Uint8Array): void {
    this.payload = copy;
    this.forgetValues();
  }

  /** Whether the payload is one JSON text, if filters have found out. */
  get isJson(): boolean | undefined {
    return this.values?.isJson;
  }

  /** Whether the payload is larger than filters look into, if one would have. */
  get isTooLargeForFilters(): boolean {
    return this.values?.isTooLarge === true;
  }

  protected override look(scope: FilterScope): MessageValues {
    return new MessageValues(this.subject, this.headers, this.payload, scope);
  }

  /** The string, number or boolean at a JSON pointer, as text. Undefined: there is none, or the payload is not JSON. */
  valueAt(pointer: string): string | undefined {
    if (this.payload.length <= MAX_PARSED_BYTES) return valueIn(this.json, pointer);
    this.isText ??= isJsonText(this.payload);
    return this.isText ? valueInText(this.payload, pointer) : undefined;
  }

  /** The parsed payload, or undefined when the payload is not JSON. */
  get json(): unknown {
    this.parsed ??= { value: parse(this.payload) };
    return this.parsed.value;
  }
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString());
  } catch {
    return undefined;
  }
}
