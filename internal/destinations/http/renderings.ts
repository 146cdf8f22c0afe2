import type { Format, Rendering } from '../../domain/format/format.js';
import { hukz } from '../../domain/format/hukz.js';
import type { Message } from '../../domain/message/message.js';

export type Render = (format: Format, message: Message) => Rendering;

/**
 * Renders each message once per format, so that ten thousand webhooks share the bytes. They live as long as their
 * message is in memory. The envelope is not cached here, because the message already contains it.
 */
export function makeRenderings(): Render {
  const known = new WeakMap<Message, Map<Format, Rendering>>();
  return (format, message) => {
    if (format === hukz) return hukz.render(message);
    const ofMessage = known.get(message) ?? new Map<Format, Rendering>();
    const rendered = ofMessage.get(format);
    if (rendered) return rendered;
    const rendering = format.render(message);
    known.set(message, ofMessage.set(format, rendering));
    return rendering;
  };
}
