import { describe, expect, it } from '@jest/globals';
import { type Attempt, type LogRow, parseDeliveryEvent } from './attempt.js';
import { isWanted } from './attempt-filter.js';
import { TailLog } from './tail-log.js';

const row = (id: number): LogRow => ({
  id,
  requested_at: '2026-12-01T08:00:00.000Z',
  response_status_code: 200,
  event: 'order.created',
  webhook_id: 7,
  space_id: 0,
  delivery_id: `d${id}`,
  message_id: `m${id}`,
  attempt: 1,
  outcome: 'delivered',
  error: null,
  duration_ms: 5,
});

/** A log whose pages have two rows. */
function follow(rows: number[]) {
  const seen: string[] = [];
  const log = new TailLog({
    async *pages() {
      const newest = rows.toSorted((one, other) => other - one);
      for (let at = 0; at === 0 || at < newest.length; at += 2) yield { nodes: newest.slice(at, at + 2).map(row) };
    },
    onAttempt: ({ delivery_id }) => void seen.push(delivery_id),
  });
  return { log, seen };
}

describe('the tail of a log', () => {
  it('begins where the log ends, and has each new row once, oldest first', async () => {
    const rows = [1, 2, 3];
    const { log, seen } = follow(rows);
    await log.readNew();
    expect(seen).toEqual([]);
    rows.push(4, 5, 6, 7, 8);
    await log.readNew();
    await log.readNew();
    rows.push(9);
    await log.readNew();
    expect(seen).toEqual(['d4', 'd5', 'd6', 'd7', 'd8', 'd9']);
  });

  it('has the first row of an empty log', async () => {
    const rows: number[] = [];
    const { log, seen } = follow(rows);
    await log.readNew();
    rows.push(1);
    await log.readNew();
    expect(seen).toEqual(['d1']);
  });

  it('has a row that becomes visible after one with a higher id', async () => {
    const rows = [1, 3];
    const { log, seen } = follow(rows);
    await log.readNew();
    rows.push(2);
    await log.readNew();
    expect(seen).toEqual(['d2']);
  });
});

describe('an event of hukz.result', () => {
  const facts = {
    webhook_id: 7,
    space_id: 2,
    delivery_id: 'd',
    message_id: 'm',
    event: 'order.created',
    attempt: 1,
    status: 500,
    error: 'answered 500',
    duration_ms: 3,
    at: '2026-12-01T08:00:00.000Z',
  };

  it('is an attempt, unless it is about a webhook or is nothing of hukz', () => {
    const parse = (value: unknown) => parseDeliveryEvent(Buffer.from(JSON.stringify(value)));
    expect(parse({ type: 'failed', ...facts, retry_in_ms: 5 })).toEqual({ ...facts, outcome: 'failed' });
    expect(parse({ type: 'disabled', webhook_id: 7, space_id: 2, because: 'gone' })).toBeUndefined();
    expect(parseDeliveryEvent(Buffer.from('no JSON'))).toBeUndefined();
  });

  it.each([
    [{ webhookId: 7, event: 'order.*' }, true],
    [{ webhookId: 8 }, false],
    [{ event: 'order' }, false],
    [{ spaceId: 2, outcome: 'failed' }, true],
    [{ outcome: 'delivered' }, false],
  ])('is wanted by %j: %s', (filter, wanted) => {
    const attempt: Attempt = { ...facts, outcome: 'failed' };
    const all = { webhookId: undefined, spaceId: undefined, event: undefined, outcome: undefined };
    expect(isWanted({ ...all, ...filter }, attempt)).toBe(wanted);
  });
});
