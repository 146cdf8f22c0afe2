import type { Header } from '../message/message.js';
import type { Parsed } from '../text/parsed.js';
import { parseRouting, type Routing } from './routing.js';

/** A message without its payload. Its routing headers are parsed lazily and at most once. */
export class MessageHead {
  private read: Parsed<Routing> | undefined;

  constructor(
    readonly subject: string,
    readonly headers: readonly Header[],
  ) {}

  get routing(): Parsed<Routing> {
    this.read ??= parseRouting(this.headers);
    return this.read;
  }
}

/**
 * A message with its payload. The JSON is parsed lazily and at most once, because parsing 64 KiB takes a millisecond.
 */
export class MessageView extends MessageHead {
  private parsed: { readonly value: unknown } | undefined;

  constructor(
    subject: string,
    headers: readonly Header[],
    private payload: Uint8Array,
  ) {
    super(subject, headers);
  }

  /** Makes this view read the payload from a copy, because the socket's buffer is reused. */
  moveTo(copy: Uint8Array): void {
    this.payload = copy;
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
