/** Why a request is refused. The most common mistake comes first. */
export type SignatureFailure =
  /** The body is not the bytes that arrived: something has parsed, decoded or consumed it before. */
  | 'body_was_parsed'
  | 'header_missing'
  | 'header_malformed'
  /** The request was signed longer ago than the tolerance. Perhaps it is a recorded one, or a clock is wrong. */
  | 'too_old'
  /** The request was signed further in the future than the tolerance: a clock is wrong. */
  | 'too_new'
  /** The body or the headers were changed, or the secret is that of another webhook. */
  | 'no_match';

/** A request whose signature is not valid. The message says what is wrong, and contains no secret. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError';

  constructor(
    readonly reason: SignatureFailure,
    message: string,
  ) {
    super(message);
  }
}
