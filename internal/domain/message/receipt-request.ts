import type { Header } from './message.js';

/**
 * A request with this header and the value 1 asks hukz for a receipt. Without the header, the request is meant for
 * another service.
 */
export const RECEIPT_HEADER = 'Hukz-Receipt';
const NAME = RECEIPT_HEADER.toLowerCase();

export function asksForReceipt(headers: readonly Header[]): boolean {
  for (const [name, value] of headers)
    if (name.length === NAME.length && value === '1' && name.toLowerCase() === NAME) return true;
  return false;
}
