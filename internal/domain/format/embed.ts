import { payloadKind } from '../message/payload-kind.js';
import { splice, toBase64 } from '../message/splice.js';
import type { Occurrence } from './format.js';

/** The text between an object's head and its payload, depending on the kind of the payload. */
export interface Embedding {
  readonly json: string;
  readonly binary: string;
  /** The rest of the text when there is no payload. */
  readonly empty: string;
}

/** Builds a JSON object that ends with the payload: the payload's bytes if they are JSON, otherwise a base64 string. */
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
