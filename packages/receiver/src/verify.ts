import { bodyBytes, prepareVerify, type ReceivedRequest, type VerifyOptions } from 'hukz-signatures';
import { type Delivery, makeDelivery } from './delivery.js';
import { fromFetch } from './fetch-request.js';
import { type Incoming, readInMemory } from './incoming.js';
import { fromNode, type NodeRequest } from './node-request.js';

export type ReceiveOptions = VerifyOptions & {
  /** The maximum size of a body. The default is 2 MiB, which a message of 1 MiB fits in every format. */
  readonly maxBytes?: number | undefined;
};

/** A request of `fetch`, of `node:http` or of a framework, or its headers and the bytes of its body. */
export type AnyRequest = Request | NodeRequest | ReceivedRequest;

const MAX_BYTES = 2 << 20;

/**
 * Verifies one request, and returns what it delivers.
 * @throws {SignatureError} if its signature is not valid, or something has read the body before
 * @throws {RangeError} if its body is larger than `maxBytes`
 */
export async function verify(request: AnyRequest, options: ReceiveOptions): Promise<Delivery> {
  const delivery = await prepareReceive(options)(incomingOf(request));
  if (delivery === 'too_large') throw new RangeError('the body is larger than maxBytes');
  return delivery;
}

/** Prepares the keys for many requests. @throws {TypeError} if an option is wrong */
export function prepareReceive(options: ReceiveOptions): (incoming: Incoming) => Promise<Delivery | 'too_large'> {
  const { maxBytes = MAX_BYTES, prefix = 'Webhooks' } = options;
  if (!(maxBytes >= 0)) throw new TypeError('maxBytes must be 0 or more');
  const verifyOne = prepareVerify(options);
  return async ({ headers, read }) => {
    const result = await read(maxBytes);
    if (result === 'too_large') return result;
    const body = result.body as ReceivedRequest['body'];
    const verified = await verifyOne({ headers, body });
    return makeDelivery({ headers, body: bodyBytes(body), verified, prefix });
  };
}

function incomingOf(request: AnyRequest): Incoming {
  if ('arrayBuffer' in request) return fromFetch(request);
  if ('on' in request) return fromNode(request);
  const { headers, body } = request;
  return { headers, read: async (maxBytes) => readInMemory(body, maxBytes) };
}
