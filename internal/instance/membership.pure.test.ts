import { describe, expect, it } from '@jest/globals';
import { eventually } from '../testkit/eventually.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { type InstanceStore, makeMembership } from './membership.js';

const make = (more: Partial<InstanceStore>, logger = makeTestLogger()) => {
  const facts = { time: 0, beats: 0, died: 0, trusted: 0, registered: [] as string[], left: [] as string[] };
  const membership = makeMembership({
    store: {
      register: async (id) => void facts.registered.push(id),
      beat: async () => {
        facts.beats++;
        return { living: 1, time: facts.time };
      },
      burySilent: async () => ({ instances: [], freed: 0 }),
      buryEnded: async () => ({ instances: [], freed: 0 }),
      leave: async (id) => void facts.left.push(id),
      ...more,
    },
    clock: { now: () => 0, monotonic: () => facts.time },
    logger,
    timeoutMs: 30,
  });
  const start = () => membership.start({ onDeath: () => facts.died++, onTrusted: () => facts.trusted++ });
  return { membership, facts, start };
};

describe('an instance', () => {
  it('registers, beats, and leaves', async () => {
    const { membership, facts, start } = make({});
    expect(membership.isTrusted()).toBe(false);
    await start();
    expect(membership.isTrusted()).toBe(true);
    await eventually(() => facts.beats >= 3, { what: 'three beats' });
    await membership.stop();
    expect([facts.registered, facts.left]).toEqual([[membership.id()], [membership.id()]]);
  });

  it('is not trusted once its heart was silent for two thirds of the time, and again after a beat', async () => {
    let works = false;
    const { membership, facts, start } = make({
      beat: async () => {
        if (!works) throw new Error('connection refused');
        return { living: 1, time: 0 };
      },
    });
    await start();
    facts.time = 19;
    expect(membership.isTrusted()).toBe(true);
    facts.time = 20;
    expect(membership.isTrusted()).toBe(false);
    works = true;
    await eventually(() => facts.trusted === 1, { what: 'trust' });
    expect(membership.isTrusted()).toBe(true);
    await membership.stop();
  });

  it('looks for others that are silent, not for itself', async () => {
    const looked: string[] = [];
    const { membership, facts, start } = make({
      burySilent: async (by) => {
        looked.push(by);
        return { instances: [], freed: 0 };
      },
    });
    await start();
    facts.time = 10;
    await eventually(() => looked.length > 0, { what: 'a look' });
    await membership.stop();
    expect(new Set(looked)).toEqual(new Set([membership.id()]));
  });

  it.each([
    ['its start', 0],
    ['a silence of its own heart', 1000],
  ])('takes no other for silent before the others could beat after %s', async (_, from) => {
    const looks: number[] = [];
    const { membership, facts, start } = make({
      beat: async () => {
        facts.beats++;
        return { living: 2, time: facts.time };
      },
      burySilent: async () => {
        looks.push(facts.time);
        return { instances: [], freed: 0 };
      },
    });
    const beatAt = async (time: number) => {
      facts.time = time;
      const { beats } = facts;
      await eventually(() => facts.beats > beats + 2, { what: 'heartbeats' });
    };
    await start();
    await beatAt(from);
    await beatAt(from + 9);
    expect(looks).toEqual([]);
    facts.time = from + 10;
    await eventually(() => looks.length > 0, { what: 'a look' });
    await membership.stop();
  });

  it('takes no other for silent soon after the clock of the database was set', async () => {
    const [looked, beats] = [[] as number[], [] as number[]];
    const { membership, facts, start } = make({
      beat: async () => {
        beats.push(facts.time);
        return { living: 2, time: facts.time + (beats.length > 2 ? 3_600_000 : 0) };
      },
      burySilent: async () => {
        looked.push(beats.length);
        return { instances: [], freed: 0 };
      },
    });
    await start();
    facts.time = 10;
    await eventually(() => beats.length >= 6, { what: 'beats after the jump' });
    expect(Math.max(...looked)).toBe(2);
    for (const _ of [1, 2]) {
      facts.time += 15;
      const { length } = beats;
      await eventually(() => beats.length > length + 2, { what: 'heartbeats by the new time' });
    }
    await eventually(() => looked.some((beat) => beat > 6), { what: 'a look again' });
    await membership.stop();
  });

  it('looks for others whose process has ended as soon as it starts, and says so', async () => {
    const logger = makeTestLogger();
    const ended = ['dead'];
    const { membership, start } = make({ buryEnded: async () => ({ instances: ended.splice(0), freed: 3 }) }, logger);
    await start();
    await eventually(() => logger.lines.length > 0, { what: 'a burial' });
    await membership.stop();
    const fields = { instances: ['dead'], freed: 3, because: 'its process has ended' };
    expect(logger.lines).toEqual([{ level: 'warn', name: 'instance.buried', fields }]);
  });

  it('that was declared dead forgets its residents and continues under a new id', async () => {
    const alive = new Set<string>();
    const { membership, facts, start } = make({
      beat: async (id) =>
        alive.has(id) || !alive.add(facts.registered[1] ?? 'nobody') ? { living: 1, time: 0 } : undefined,
    });
    await start();
    await eventually(() => facts.registered.length >= 2, { what: 'a new life' });
    expect(facts.died).toBeGreaterThanOrEqual(1);
    expect(new Set(facts.registered).size).toBe(facts.registered.length);
    expect(membership.id()).toBe(facts.registered.at(-1));
    await membership.stop();
    expect(facts.left).toEqual([membership.id()]);
  });
});
