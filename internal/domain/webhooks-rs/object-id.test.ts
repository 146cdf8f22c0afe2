import { describe, expect, it } from '@jest/globals';
import { parseKsuid, writeKsuid } from './ksuid.js';
import { isNamed, parseRowId, writeEventId, writeRowId } from './object-id.js';

describe('a KSUID', () => {
  // The example of the format's authors, as their own tool prints its parts.
  const KNOWN = '0ujtsYcgvSTl8PAuAdqWYSMnLOv';
  const PAYLOAD = 'b5a1cd34b5f99d1154fb6853345c9735';

  it('is read and written as its authors do', () => {
    expect(parseKsuid(KNOWN)).toEqual({ seconds: 1_507_608_047, payload: Buffer.from(PAYLOAD, 'hex') });
    expect(writeKsuid({ seconds: 1_507_608_047, payload: Buffer.from(PAYLOAD, 'hex') })).toBe(KNOWN);
  });

  it('reaches from the first to the last value of 20 bytes', () => {
    const zero = { seconds: 1_400_000_000, payload: Buffer.alloc(16) };
    const last = { seconds: 1_400_000_000 + 0xffff_ffff, payload: Buffer.alloc(16, 0xff) };
    expect([writeKsuid(zero), writeKsuid(last)]).toEqual(['0'.repeat(27), 'aWgEPTl1tmebfsQzFP4bxwgy80V']);
    expect([parseKsuid('0'.repeat(27)), parseKsuid('aWgEPTl1tmebfsQzFP4bxwgy80V')]).toEqual([zero, last]);
    expect(parseKsuid('aWgEPTl1tmebfsQzFP4bxwgy80W')).toBeUndefined();
    expect(writeKsuid({ ...zero, seconds: 0 })).toBe('0'.repeat(27));
  });

  it.each(['', 'foo', KNOWN.slice(1), `${KNOWN}0`, `${KNOWN.slice(1)}-`, `${KNOWN}\n`])('is not %j', (text) => {
    expect(parseKsuid(text)).toBeUndefined();
  });
});

describe('the id of a row', () => {
  const createdAt = new Date('2026-11-30T12:00:00.999Z');
  const seconds = Date.parse('2026-11-30T12:00:00Z') / 1000;

  it.each([0, 1, 2_147_483_647, 1_000_000_000_000, Number.MAX_SAFE_INTEGER])('names number %d again', (id) => {
    const written = writeRowId('app', { id, createdAt });
    expect(written).toMatch(/^app_[0-9A-Za-z]{27}$/);
    expect(parseRowId('app', written)).toEqual({ ok: true, value: { id, seconds } });
    expect(isNamed({ id, createdAt }, { id, seconds })).toBe(true);
    expect(isNamed({ id, createdAt: new Date('2026-11-30T12:00:01Z') }, { id, seconds })).toBe(false);
    expect(isNamed({ id: id + 1, createdAt }, { id, seconds })).toBe(false);
  });

  it('of a row that is older than the first KSUID names it all the same', () => {
    const old = { id: 7, createdAt: new Date(0) };
    const named = parseRowId('ep', writeRowId('ep', old));
    expect(named.ok && named.value && isNamed(old, named.value)).toBe(true);
  });

  it('of webhooks-rs itself is well-formed and names nothing', () => {
    expect(parseRowId('app', 'app_2hV5JuBgjMAQlDNNbepHTFnkicy')).toEqual({ ok: true, value: undefined });
  });

  it.each([
    '',
    'app',
    'app_',
    'app_foo',
    '1srOrx2ZWZBpBUvZwXKQmoEYga2',
    'ep_1srOrx2ZWZBpBUvZwXKQmoEYga2',
    '7',
    'app_a_b',
  ])('is not %j', (text) => {
    expect(parseRowId('app', text)).toEqual({ ok: false, problem: expect.stringContaining('an application') });
  });
});

it('the id of an event has the bytes and the time of its message', () => {
  const id = writeEventId('0199c3f5-1a2b-7c3d-8e4f-5a6b7c8d9e0f');
  expect(id).toMatch(/^evt_[0-9A-Za-z]{27}$/);
  const ksuid = parseKsuid(id.slice('evt_'.length));
  expect(Buffer.from(ksuid?.payload ?? []).toString('hex')).toBe('0199c3f51a2b7c3d8e4f5a6b7c8d9e0f');
  expect(ksuid?.seconds).toBe(Math.floor(0x0199c3f51a2b / 1000));
});
