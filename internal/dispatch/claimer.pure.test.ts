import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ClaimRoom } from '../domain/delivery/claim.js';
import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import { classOfItsOwn } from '../testkit/kits/test-classes.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { type ClaimerDeps, type ClaimSource, makeClaimer } from './claimer.js';
import { Residents } from './residents/residents.js';
import { Strays } from './strays.js';

const body = new Uint8Array(10);
const message = { id: 'm', receivedAt: 0, subject: 'a', headers: [], payload: body, body };
const due = (id: string, webhookId = 1): OwnedDelivery => ({
  id,
  message,
  webhookId,
  owner: 'me',
  attempts: 1,
  countedFailures: 1,
});

let residents: Residents;
let steps: string[];
let rooms: ClaimRoom[];
let waiting: OwnedDelivery[];
let strays: Strays;

type Given = { readonly source?: Partial<ClaimSource> } & Partial<Omit<ClaimerDeps, 'source'>>;

const make = ({ source, ...more }: Given = {}) =>
  makeClaimer({
    source: {
      claim: async (room) => {
        rooms.push(room);
        return { deliveries: waiting.splice(0, room.deliveries), lost: 0 };
      },
      reloadCatalog: async () => undefined,
      placeDelayed: async (claimed) => claimed,
      ...source,
    },
    strays,
    instance: { id: () => 'me', isTrusted: () => true },
    residents,
    enqueue: ({ id }) => void steps.push(id),
    logger: makeTestLogger(),
    ...more,
  });

beforeEach(() => {
  residents = new Residents({ maxResident: 1000, maxResidentBytes: 10_000 }, classOfItsOwn);
  [steps, rooms, waiting] = [[], [], []];
  strays = new Strays({
    unclaimStrays: async (isResident) => {
      steps.push(`strays besides ${['mine', 'other'].filter(isResident).join()}`);
      return 0;
    },
    residents,
    logger: makeTestLogger(),
  });
});

describe('a claim', () => {
  it('keeps room for what it takes', async () => {
    waiting = [due('a'), due('b')];
    await make().runOnce();
    expect([steps, residents.count, residents.residentBytes]).toEqual([['a', 'b'], 2, 20]);
  });

  const many = (count: number) => Array.from({ length: count }, (_, index) => due(`${index}`));

  it('is not followed by another at once for the handful that falls due all the time', async () => {
    waiting = many(3);
    const { runOnce } = make();
    expect([await runOnce(), await runOnce()]).toEqual([false, false]);
  });

  it.each<[string, number, Given]>([
    [
      'it brought many',
      120,
      { residents: new Residents({ maxResident: 240, maxResidentBytes: 1 << 20 }, classOfItsOwn) },
    ],
    [
      'a webhook has all that it may hold',
      32,
      { residents: new Residents({ maxResident: 160, maxResidentBytes: 1 << 20 }, classOfItsOwn) },
    ],
    [
      'half of the bytes are taken',
      3,
      { residents: new Residents({ maxResident: 1000, maxResidentBytes: 50 }, classOfItsOwn) },
    ],
    [
      'the oldest were gone round',
      1,
      { source: { claim: async () => ({ deliveries: many(1), lost: 0, around: true }) } },
    ],
  ])('is followed by another at once when %s', async (_, brought, more) => {
    waiting = many(brought);
    expect([await make(more).runOnce(), steps.length]).toEqual([true, brought]);
  });

  it('is not sent when this instance was declared dead while it loaded the catalog: others own it', async () => {
    waiting = [due('a'), due('b')];
    let me = 'me';
    const { runOnce } = make({
      instance: { id: () => me, isTrusted: () => true },
      source: {
        reloadCatalog: async () => {
          me = 'a later life';
        },
      },
    });
    await runOnce();
    expect([steps, residents.count]).toEqual([[], 0]);
  });

  it('is not followed by another before a catalog that could not be loaded is loaded', async () => {
    waiting = many(3);
    let isAway = true;
    const { runOnce, isCatalogBehind } = make({
      source: {
        reloadCatalog: async () => {
          if (isAway) throw new Error('no catalog');
        },
      },
    });
    for (let n = 0; n < 3; n++) await expect(runOnce()).rejects.toThrow('no catalog');
    expect([rooms.length, isCatalogBehind()]).toEqual([1, true]);
    isAway = false;
    waiting = many(3);
    await runOnce();
    expect([rooms.length, isCatalogBehind(), steps]).toEqual([2, false, ['strays besides ', '0', '1', '2']]);
  });

  it('keeps nothing else from being claimed while the catalog is loaded after it', async () => {
    waiting = many(1);
    let load: () => void = () => undefined;
    const { runOnce, isCatalogBehind } = make({
      source: { reloadCatalog: () => new Promise((resolve) => (load = resolve)) },
    });
    const round = runOnce();
    await new Promise(setImmediate);
    expect(isCatalogBehind()).toBe(false);
    load();
    await round;
    expect(steps).toEqual(['0']);
  });

  it('is sent by a catalog that is not older than it', async () => {
    waiting = [due('a', 2)];
    const { runOnce } = make({ source: { reloadCatalog: async () => void steps.push('reload') } });
    await runOnce();
    expect(steps).toEqual(['reload', 'a']);
    await runOnce();
    expect(steps).toEqual(['reload', 'a']);
  });

  it('that cannot be compared with the catalog is unclaimed', async () => {
    waiting = [due('a', 2)];
    let fails = true;
    const claimer = make({
      source: {
        reloadCatalog: async () => {
          if (fails) throw new Error('connection lost');
        },
      },
    });
    await expect(claimer.runOnce()).rejects.toThrow('lost');
    fails = false;
    await claimer.runOnce();
    expect([steps, residents.count]).toEqual([['strays besides '], 0]);
  });

  it('happens also with room for one delivery only', async () => {
    residents = new Residents({ maxResident: 1, maxResidentBytes: 10_000 }, classOfItsOwn);
    waiting = [due('a')];
    await make().runOnce();
    expect(steps).toEqual(['a']);
  });

  it('asks for what there is room for, and not for full lanes', async () => {
    for (let n = 0; n < 200; n++) residents.tryReserve(`x${n}`, 7, 1);
    for (let n = 0; n < 72; n++) residents.tryReserve(`y${n}`, 8, 1);
    await make().runOnce();
    expect(rooms).toEqual([
      { deliveries: 400, bytes: 10_000 - 200, except: [7], lanes: new Map([[8, 128 - 72]]), others: 128 },
    ]);
  });

  it('does not happen for a handful of places, nor while the instance is not trusted', async () => {
    for (let n = 0; n < 900; n++) residents.reserve(`x${n}`, n, 1);
    expect(await make().runOnce()).toBe(false);
    expect(
      await make({
        instance: { id: () => 'me', isTrusted: () => false },
        residents: new Residents({ maxResident: 10, maxResidentBytes: 10 }, classOfItsOwn),
      }).runOnce(),
    ).toBe(false);
    expect(rooms).toEqual([]);
  });

  it('sends only what does not have to wait for its turn, and looks for strays if that could not be stored', async () => {
    waiting = [due('a'), due('ordered')];
    const isUnordered = ({ id }: OwnedDelivery) => id !== 'ordered';
    await make({ source: { placeDelayed: async (claimed) => claimed.filter(isUnordered) } }).runOnce();
    expect([steps, residents.count]).toEqual([['a'], 1]);
    waiting = [due('ordered')];
    const failing = make({ source: { placeDelayed: () => Promise.reject(new Error('connection lost')) } });
    await expect(failing.runOnce()).rejects.toThrow('lost');
    await make().runOnce();
    expect(steps).toEqual(['a', 'strays besides ']);
  });

  it('whose answer was lost is followed by a look for strays', async () => {
    let fails = true;
    const claimer = make({
      source: {
        claim: async () => {
          if (fails) throw new Error('connection lost');
          return { deliveries: [], lost: 0 };
        },
      },
    });
    residents.reserve('mine', 1, 1);
    await expect(claimer.runOnce()).rejects.toThrow('lost');
    fails = false;
    await claimer.runOnce();
    await claimer.runOnce();
    expect(steps).toEqual(['strays besides mine']);
  });
});
