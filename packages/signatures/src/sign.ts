import { bodyBytes } from './received-request.js';
import { readSchemeOption, type SchemeOption } from './secrets-option.js';
import { signedHeaders } from './signature-headers.js';
import { makeSigner } from './web-crypto.js';

export interface RequestToSign {
  /** `webhook-id`: the same on every attempt of a delivery. */
  readonly id: string;
  readonly body: Uint8Array | ArrayBuffer | string;
  /** The time of the request. The default is now. */
  readonly sentAt?: Date | undefined;
  /** The subject of the event. `webhooks-emitter` has a header for it. */
  readonly event?: string | undefined;
  /** The publisher's own id of the message. `webhooks-emitter` names the delivery by it. */
  readonly requestId?: string | undefined;
}

/** The value of an HTTP header is visible ASCII with inner spaces. */
const ID = /^[!-~](?:[ -~]*[!-~])?$/;

/**
 * Returns the headers of a signed request: `webhook-id`, `webhook-timestamp` and those of the scheme. The newest of
 * several secrets comes first.
 * @throws {TypeError} if the options do not name a scheme, a secret does not fit it, or the id or the time is none
 */
export async function sign(request: RequestToSign, options: SchemeOption): Promise<Record<string, string>> {
  const { id, body, sentAt = new Date(), event = '', requestId } = request;
  const { secrets, scheme, prefix } = readSchemeOption(options);
  if (!ID.test(id)) throw new TypeError('id must be printable ASCII characters, with spaces only inside it');
  const timestamp = Math.floor(sentAt.getTime() / 1000);
  if (!(timestamp >= 0)) throw new TypeError('sentAt must be a time since 1970');
  const signers = await Promise.all(secrets.map((secret) => makeSigner(scheme, secret)));
  const toSign = { id, timestamp, subject: event, body: bodyBytes(body), requestId };
  const signatures = await Promise.all(signers.map((signOne) => signOne(toSign)));
  const flat = signedHeaders(scheme.headers(prefix), toSign, signatures);
  const pairs = flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? ''] as const] : []));
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), ...Object.fromEntries(pairs) };
}
