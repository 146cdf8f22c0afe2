import { type Msg, type MsgHdrs, type NatsConnection, headers as natsHeaders } from 'nats';
import { RECEIPT_HEADER } from '../../domain/message/receipt-request.js';

export interface ReceiptOptions {
  readonly timeout?: number;
  readonly headers?: MsgHdrs;
}

/** Publishes with a request for a receipt, and waits for the receipt. */
export function requestReceipt(
  nats: NatsConnection,
  message: { readonly subject: string; readonly payload: string | Uint8Array },
  { timeout = 5000, headers = natsHeaders() }: ReceiptOptions = {},
): Promise<Msg> {
  headers.set(RECEIPT_HEADER, '1');
  return nats.request(message.subject, message.payload, { timeout, headers });
}
