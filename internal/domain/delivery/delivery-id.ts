/** The value of a lower-case hexadecimal digit. */
const nibbleOf = (digit: number) => (digit & 0xf) + (digit >> 6) * 9;
const DIGITS = Buffer.from('0123456789abcdef');
/** The eight digits that the webhook's number is mixed into: four bytes, before the last two. */
const MIXED_FROM = 24;
const MIXED_UNTIL = 32;

/**
 * Derives the id of a delivery from its message and its webhook. A message that is read from a stream a second time,
 * into a database without the first copy, therefore has the same `webhook-id`. The webhook's number is mixed into the
 * bytes of the message's id that contain its sequence divided by 65,536, so two deliveries could collide only if a
 * stream received as many messages in one millisecond. The leading timestamp is unchanged, so rows of the same time are
 * adjacent in an index. `hukz_delivery_id` is the same function in SQL. One id is made per delivery, so the text is
 * written into one buffer and read out as a flat string, as in `uuid.ts`.
 */
export function makeDeliveryIds(): (messageId: string, webhookId: number) => string {
  const text = Buffer.alloc(36);
  let written = '';
  let mixed = 0;
  return (messageId, webhookId) => {
    if (messageId !== written) {
      text.write(messageId, 'latin1');
      mixed = 0;
      for (let place = MIXED_FROM; place < MIXED_UNTIL; place++) mixed = (mixed << 4) | nibbleOf(text[place] ?? 0);
      written = messageId;
    }
    let rest = mixed ^ webhookId;
    for (let place = MIXED_UNTIL - 1; place >= MIXED_FROM; place--) {
      text[place] = DIGITS[rest & 0xf] ?? 0;
      rest >>>= 4;
    }
    return text.toString('latin1');
  };
}
