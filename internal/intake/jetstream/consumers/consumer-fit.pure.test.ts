import { describe, expect, it } from '@jest/globals';
import type { ConsumerConfig } from 'nats';
import { newConsumer } from '../stream-settings.js';
import { corrected, deviationsOf } from './consumer-fit.js';

const wanted = newConsumer('hukz', { begin: 'new', filter: 'a.b', maxAckPending: 100 });
const found = (more: object) => ({ ...wanted, replay_policy: 'instant', num_replicas: 0, ...more }) as ConsumerConfig;

describe('a consumer that is there', () => {
  it.each([
    {},
    { deliver_policy: 'all', max_waiting: 3, max_batch: 10, max_expires: 1e9, metadata: { by: 'x' }, name: 'hukz' },
    { filter_subject: undefined, filter_subjects: ['a.b'] },
    { headers_only: false, priority_policy: 'none', priority_groups: [] },
  ])('is as wanted with %p', (more) => {
    expect(deviationsOf(found(more), wanted)).toEqual({ fatal: [], tolerable: [] });
  });

  it.each([
    [{ filter_subject: 'a.c' }, 'filter_subject'],
    [{ filter_subject: undefined }, 'filter_subject'],
    [{ ack_policy: 'all' }, 'ack_policy'],
    [{ max_deliver: 3 }, 'max_deliver'],
    [{ headers_only: true }, 'headers_only'],
    [{ deliver_subject: 'x' }, 'deliver_subject'],
    [{ replay_policy: 'original' }, 'replay_policy'],
    [{ priority_policy: 'overflow' }, 'priority_policy'],
    [{ a_field_of_a_later_server: true }, 'a_field_of_a_later_server'],
  ])('loses messages with %p', (more, field) => {
    const deviations = deviationsOf(found(more), wanted);
    expect(deviations.fatal).toEqual([field]);
    expect(deviationsOf(corrected(found(more), wanted, deviations), wanted).fatal).toEqual([]);
  });

  it('only costs time with other limits', () => {
    const { fatal, tolerable } = deviationsOf(
      found({ ack_wait: 1, max_ack_pending: 3, inactive_threshold: 5 }),
      wanted,
    );
    expect([fatal, tolerable]).toEqual([[], ['ack_wait', 'inactive_threshold', 'max_ack_pending']]);
  });

  it('of the whole stream is the same with the filter ">"', () => {
    const whole = newConsumer('hukz', { begin: 'all', filter: undefined, maxAckPending: 100 });
    expect(deviationsOf({ ...whole, filter_subject: '>' }, whole).fatal).toEqual([]);
  });
});
