import type { Header } from './message.js';

/** A publisher that sends it with the value 1 asks hukz for an answer. A request without it is meant for somebody else. */
export const RECEIPT_HEADER = 'Hukz-Receipt';
const NAME = RECEIPT_HEADER.toLowerCase();

export function asksForReceipt(headers: readonly Header[]): boolean {
  for (const [name, value] of headers)
    if (name.length === NAME.length && value === '1' && name.toLowerCase() === NAME) return true;
  return false;
}
