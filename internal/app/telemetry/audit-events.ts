import { auditEventOf } from '../../domain/audit/audit-event.js';
import type { AuditRow } from '../../domain/audit/audit-row.js';

export interface AuditEvents {
  /** Undefined unless they are wanted, so that no row is kept for them. */
  readonly onRows: ((rows: readonly AuditRow[]) => void) | undefined;
  /** Sets the function that publishes, which returns false if there is no connection now. */
  publishBy(publish: (subject: string, payload: string) => boolean): void;
  /** Number of rows since the start that could not be published. */
  dropped(): number;
}

/** Publishes the rows of the audit to NATS after their commit, if that is configured: at most once. */
export function makeAuditEvents(isWanted: boolean): AuditEvents {
  let publish: (subject: string, payload: string) => boolean = () => false;
  let dropped = 0;
  const onRows = (rows: readonly AuditRow[]) => {
    for (const row of rows) {
      const { subject, payload } = auditEventOf(row);
      if (!publish(subject, payload)) dropped++;
    }
  };
  return {
    onRows: isWanted ? onRows : undefined,
    publishBy(replacement) {
      publish = replacement;
    },
    dropped: () => dropped,
  };
}
