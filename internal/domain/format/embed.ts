import { payloadKind } from '../message/payload-kind.js';
import { splice, toBase64 } from '../message/splice.js';
import type { Occurrence } from './format.js';

/** What stands between an object's head and its payload, by what the payload is. */
export interface Embedding {
  readonly json: string;
  readonly binary: string;
  /** All that follows when there is no payload. */
  readonly empty: string;
}

/** The JSON of an object that ends with the payload: its bytes if they are JSON, else a base64 string. */
export function embed(head: string, message: Occurrence, by: Embedding): Uint8Array {
  switch (payloadKind(message)) {
    case 'json':
      return splice(head + by.json, message.payload);
    case 'binary':
      return Buffer.from(`${head}${by.binary}"${toBase64(message.payload)}"}`);
    case 'empty':
      return Buffer.from(`${head}${by.empty}}`);
  }
}
