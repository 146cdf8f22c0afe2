/** Of a hexadecimal digit in lower case. */
const nibbleOf = (digit: number) => (digit & 0xf) + (digit >> 6) * 9;
const DIGITS = Buffer.from('0123456789abcdef');
/** Digits of the eight that the webhook is mixed into: four bytes, before the last two. */
const MIXED_FROM = 24;
const MIXED_UNTIL = 32;

/**
 * The id of the delivery that a message owes a webhook follows from both: whatever is taken from a stream a second time, into a
 * database that knows nothing of the first, goes out under the same `webhook-id`. The webhook's number is mixed into the bytes
 * of the message's id that are its sequence divided by 65,536: two deliveries could meet only if a stream took as many messages
 * in a millisecond. The time in front stays, by which rows lie beside each other in an index.
 * `hukz_delivery_id` is the same in SQL. One per delivery: written into one buffer and read out flat, as in `uuid.ts`.
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
