import { describe, expect, it } from '@jest/globals';
import { covers, overlap } from '../matching/subject-overlap.js';
import { planStreams } from './stream-plan.js';

describe('subjects', () => {
  it.each([
    ['a.b', 'a.b', true],
    ['a.*', 'a.b', true],
    ['a.b', 'a.*', false],
    ['a.>', 'a.b.c', true],
    ['a.>', 'a.>', true],
    ['a.*', 'a.>', false],
    ['a.>', 'a.*', true],
    ['a.>', 'a', false],
    ['*.*', 'a.*', true],
    ['a.*', 'a.b.c', false],
    ['>', 'a.b', true],
    ['*', 'a.b', false],
  ])('%s covers %s: %p', (wide, narrow, expected) => {
    expect(covers(wide, narrow)).toBe(expected);
  });

  it.each([
    ['a.*', '*.b', true],
    ['a.*', 'b.*', false],
    ['a.>', '*.b.c', true],
    ['a.>', 'a', false],
    ['a.b', 'a.b', true],
    ['a.b', 'a.b.c', false],
    ['*', 'a.b', false],
    ['>', 'x', true],
  ])('%s and %s overlap: %p', (one, two, expected) => {
    expect([overlap(one, two), overlap(two, one)]).toEqual([expected, expected]);
  });
});

describe('the plan of streams', () => {
  const orders = { name: 'ORDERS', subjects: ['order.>'] };

  it('holds each registered subject once', () => {
    expect(planStreams(['b.c', 'a.b', 'a.*', 'a.c', 'a.*'], [])).toEqual({
      own: ['a.*', 'b.c'],
      foreign: [],
      refused: new Map(),
      narrowed: new Map(),
    });
  });

  it('reads from the stream of an operator what that holds as a whole', () => {
    expect(planStreams(['order.made', 'tag.made'], [orders])).toMatchObject({
      own: ['tag.made'],
      foreign: [{ stream: 'ORDERS', subject: 'order.made' }],
    });
  });

  it('refuses what crosses another subject, or a stream of an operator', () => {
    const plan = planStreams(['a.*', '*.b', '*.made', 'order.*.x'], [{ name: 'MADE', subjects: ['tag.made'] }]);
    expect(plan.own).toEqual(['a.*', 'order.*.x']);
    expect([...plan.refused.keys()]).toEqual(['*.b', '*.made']);
    expect(plan.refused.get('*.b')?.problem).toContain('"a.*"');
  });

  it('names the stream that is in the way', () => {
    const { refused } = planStreams(['*.made'], [{ name: 'MADE', subjects: ['tag.made'] }]);
    expect(refused.get('*.made')).toMatchObject({ reason: 'subject_overlap', problem: expect.stringMatching('MADE') });
  });

  it('takes nothing from a stream that others work on', () => {
    const jobs = { name: 'JOBS', subjects: ['jobs.>'], retention: 'workqueue' };
    const { own, foreign, refused } = planStreams(['jobs.done', 'order.made'], [jobs, orders]);
    expect([own, foreign]).toEqual([[], [{ stream: 'ORDERS', subject: 'order.made' }]]);
    expect(refused.get('jobs.done')).toMatchObject({ reason: 'stream_unsuitable' });
  });

  it('refuses what only a refused subject covers, with the same words', () => {
    const { refused } = planStreams(['*.made', 'x.made'], [{ name: 'MADE', subjects: ['tag.made'] }]);
    expect(refused.get('x.made')).toEqual(refused.get('*.made'));
  });

  const shop = { name: 'SHOP', subjects: ['shop.>'], transform: { src: 'shop.>', dest: 'stored.shop.>' } };

  it('refuses what a stream stores under another subject, and names that', () => {
    const { own, foreign, refused } = planStreams(['shop.order'], [shop]);
    expect([own, foreign]).toEqual([[], []]);
    const words = expect.stringContaining('register "stored.shop.order"');
    expect(refused.get('shop.order')).toEqual({ reason: 'subject_transformed', problem: words });
  });

  it('reads the stored subject where it is made, and holds it for who publishes it', () => {
    const plan = planStreams(['stored.shop.order'], [shop]);
    expect(plan).toMatchObject({
      own: ['stored.shop.order'],
      foreign: [{ stream: 'SHOP', subject: 'stored.shop.order' }],
    });
    expect([plan.refused.size, plan.narrowed.size]).toEqual([0, 0]);
  });

  it('reads what a stream makes of other streams', () => {
    const copies = { name: 'COPIES', subjects: [], copied: [{ origin: 'SHOP', src: 'shop.>', dest: 'copy.>' }] };
    expect(planStreams(['copy.order'], [copies]).foreign).toEqual([{ stream: 'COPIES', subject: 'copy.order' }]);
    expect(planStreams(['shop.order'], [copies]).foreign).toEqual([]);
  });

  it('reads what a stream copies from another account, rather from one that says what it copies', () => {
    const origin = 'ORDERS of theirs';
    const whole = { name: 'WHOLE', subjects: [], copied: [{ origin, dest: '>' }] };
    const orders = { name: 'COPY', subjects: [], copied: [{ origin, dest: 'order.>' }] };
    const plan = planStreams(['order.made', 'tag.made'], [whole, orders]);
    expect(plan.own).toEqual(['order.made', 'tag.made']);
    expect(plan.foreign).toEqual([
      { stream: 'COPY', subject: 'order.made' },
      { stream: 'WHOLE', subject: 'tag.made' },
    ]);
  });

  it('reads the copies of each other account, and of one origin only one', () => {
    const copy = (name: string, ...origins: string[]) => ({
      name,
      subjects: [],
      copied: origins.map((origin) => ({ origin, dest: '>' })),
    });
    const streamsOf = (...copies: ReturnType<typeof copy>[]) =>
      planStreams(['order.made'], copies).foreign.map(({ stream }) => stream);
    expect(streamsOf(copy('EAST', 'east'), copy('WEST', 'west'))).toEqual(['EAST', 'WEST']);
    expect(streamsOf(copy('EAST', 'east'), copy('AGAIN', 'east'))).toEqual(['EAST']);
    expect(streamsOf(copy('BOTH', 'east', 'west'), copy('WEST', 'west'))).toEqual(['BOTH']);
  });

  it('reads what is transformed in part, and says that a part is missing', () => {
    const partly = { name: 'SHOP', subjects: ['shop.>'], transform: { src: 'shop.a.*', dest: 'x.{{wildcard(1)}}' } };
    const plan = planStreams(['shop.>', 'other.a'], [partly]);
    expect(plan.foreign).toEqual([{ stream: 'SHOP', subject: 'shop.>' }]);
    expect([...plan.narrowed.keys()]).toEqual(['shop.>']);
    expect(planStreams(['shop.b'], [partly])).toMatchObject({ foreign: [{ subject: 'shop.b' }], refused: new Map() });
  });

  it('reads a wide subject that the stored one is a part of', () => {
    const within = {
      name: 'SHOP',
      subjects: ['shop.>'],
      transform: { src: 'shop.*', dest: 'shop.stored.{{wildcard(1)}}' },
    };
    expect(planStreams(['shop.>'], [within])).toMatchObject({ foreign: [{ subject: 'shop.>' }], narrowed: new Map() });
  });

  describe('with a rule for our own stream', () => {
    const obstacle = { reason: 'subject_reserved' as const, problem: 'no' };
    const noWildcardFirst = (subject: string) => (subject.startsWith('*') ? obstacle : undefined);

    it('refuses what our stream must not hold, and nothing else with it', () => {
      const { own, refused } = planStreams(['*.deleted', 'a.deleted', 'b.c'], [], noWildcardFirst);
      expect(own).toEqual(['a.deleted', 'b.c']);
      expect([...refused]).toEqual([['*.deleted', obstacle]]);
    });

    it('reads it where a stream of others holds it', () => {
      const all = { name: 'ALL', subjects: ['*.deleted'] };
      const { foreign, refused } = planStreams(['*.deleted'], [all], noWildcardFirst);
      expect([foreign, refused.size]).toEqual([[{ stream: 'ALL', subject: '*.deleted' }], 0]);
    });

    it('takes what an allowed subject brings with it', () => {
      const notAlone = (subject: string) => (subject === 'a.b' ? obstacle : undefined);
      expect(planStreams(['a.b', 'a.>'], [], notAlone)).toMatchObject({ own: ['a.>'], refused: new Map() });
      expect([...planStreams(['a.b'], [], notAlone).refused.keys()]).toEqual(['a.b']);
    });
  });
});
