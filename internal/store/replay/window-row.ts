/** A row of the source of a replay. */
export interface WindowRow {
  readonly delivery_id: string | null;
  readonly message_id: string;
  readonly received_at: string;
  readonly subject: string | null;
  readonly headers: Uint8Array | null;
  readonly cursor_at: string;
  readonly cursor_id: string;
  readonly last: boolean;
  readonly fits: boolean;
}
