import { AUDIT_PREFIX, auditEventOf } from '../../domain/audit/audit-event.js';
import type { AuditRow } from '../../domain/audit/audit-row.js';
import type { EventLine } from './event-line.js';

export interface AuditEvents {
  /** Undefined unless they are wanted, so that no row is kept for them. */
  readonly onRows: ((rows: readonly AuditRow[]) => void) | undefined;
  /** Sets the connection to publish on. Before, nothing is published. */
  publishBy(line: EventLine): void;
  /** Number of rows since the start that could not be published, or that NATS refused. */
  dropped(): number;
}

/** Publishes the rows of the audit to NATS after their commit, if that is configured: at most once. */
export function makeAuditEvents(isWanted: boolean): AuditEvents {
  let line: EventLine | undefined;
  let dropped = 0;
  const onRows = (rows: readonly AuditRow[]) => {
    for (const row of rows) {
      const { subject, payload } = auditEventOf(row);
      if (!line?.publish(subject, payload)) dropped++;
    }
  };
  return {
    onRows: isWanted ? onRows : undefined,
    publishBy(replacement) {
      line = replacement;
    },
    dropped: () => dropped + (line?.refusedBelow(AUDIT_PREFIX) ?? 0),
  };
}
