import type { Logger } from '../logger.js';
import { type Repeating, repeat } from '../repeat.js';
import type { Acceptor } from './acceptor.js';
import type { ClientBoundary } from './client-boundary.js';

export interface ReportLossesDeps {
  readonly acceptor: Pick<Acceptor, 'stats'>;
  readonly boundary: Pick<ClientBoundary, 'stats'>;
  readonly logger: Logger;
}

const EVERY_MS = 1000;

/**
 * Reports messages that were not stored as they arrived. It logs one line per second and kind, because a flood of
 * messages must not become a flood of log lines.
 */
export function reportLosses({ acceptor, boundary, logger }: ReportLossesDeps): Repeating {
  const logged = {
    dropped: 0,
    delayed: 0,
    refused: 0,
    badRouting: 0,
    reserved: 0,
    withheld: 0,
    headersDropped: 0,
    callbacksFailed: 0,
  };

  const increase = (kind: keyof typeof logged, total: number) => {
    const more = total - logged[kind];
    logged[kind] = total;
    return more;
  };

  const reportUnread = () => {
    const { headersDropped, callbacksFailed, latest } = boundary.stats();
    const lines = increase('headersDropped', headersDropped);
    const failed = increase('callbacksFailed', callbacksFailed);
    if (lines > 0) {
      logger.warn('message.headers_dropped', { lines, total: headersDropped, latest: latest.headersDropped });
    }
    if (failed > 0) {
      logger.error('intake.callback_failed', { times: failed, total: callbacksFailed, latest: latest.callbacksFailed });
    }
  };

  const report = async () => {
    reportUnread();
    const { dropped, delayed, refused, badRouting, reserved, withheld, latest } = acceptor.stats();
    const more = {
      dropped: increase('dropped', dropped),
      delayed: increase('delayed', delayed),
      refused: increase('refused', refused),
      badRouting: increase('badRouting', badRouting),
    };
    if (more.dropped > 0) {
      logger.error('message.dropped', { messages: more.dropped, total: dropped, because: 'the intake queue is full' });
    }
    if (more.delayed > 0) {
      const because = 'the intake queue is full; the stream delivers them again';
      logger.warn('message.delayed', { messages: more.delayed, total: delayed, because });
    }
    if (more.refused > 0) {
      logger.error('message.not_accepted', { messages: more.refused, total: refused, latest: latest.refused });
    }
    if (more.badRouting > 0) {
      logger.warn('message.bad_routing', { messages: more.badRouting, total: badRouting, latest: latest.badRouting });
    }
    // Open and strict spaces may share an event, so that such messages are part of normal work. The metric counts them.
    if (logged.withheld === 0 && increase('withheld', withheld) > 0) {
      const because = 'webhooks of strict spaces have the event, and the message names no space';
      logger.warn('message.withheld', { latest: latest.withheld, because });
    }
    // If a wildcard covers such subjects, their messages arrive as long as the wildcard exists. The metric counts them.
    if (logged.reserved === 0 && increase('reserved', reserved) > 0) {
      logger.warn('message.reserved', {
        latest: latest.reserved,
        because: 'a wildcard covers subjects that never fire',
      });
    }
  };

  return repeat(report, { everyMs: EVERY_MS, onError: () => undefined });
}
