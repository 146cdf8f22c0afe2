/** A message that may be erased. */
export interface FoundMessage {
  readonly message_id: string;
  /** The instant in the exact form in which PostgreSQL writes it. */
  readonly received_at: string;
  readonly subject: string;
  readonly headers: Uint8Array | null;
  readonly last: boolean;
  readonly fits: boolean;
}
