import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../testkit/kits/test-api.js';

let api: TestApi;
let eventId: number;
beforeAll(async () => {
  api = await makeTestApi();
  const { body } = await api.send('POST', '/events', { event: 'there.is', tags: { app: 'a' } }).expect(201);
  eventId = body.id;
});
afterAll(() => api.stop());

const url = 'https://example.com/hook';

describe('a body that the Go service takes', () => {
  it('may have null for every optional field of an event', async () => {
    const made = await api.send('POST', '/events', { event: 'null.event', name: null, tags: null }).expect(201);
    expect(made.body).toMatchObject({ name: '', tags: {} });
    const named = { event: 'null.event', name: 'N', tags: { a: 'b', gone: null } };
    const put = await api.send('PUT', `/events/${made.body.id}`, named).expect(200);
    expect(put.body).toMatchObject({ name: 'N', tags: { a: 'b' } });
    const again = await api.send('PUT', `/events/${made.body.id}`, { name: null, tags: null }).expect(200);
    expect(again.body).toMatchObject({ name: 'N', tags: { a: 'b' } });
  });

  it('may have null for every optional field of a webhook', async () => {
    const nulls = { name: null, tags: null, enabled: null };
    const made = await api.send('POST', '/webhooks/space/3', { url, event_ids: [eventId], ...nulls }).expect(201);
    expect(made.body).toMatchObject({ name: '', tags: {}, enabled: true });
    await api.send('PATCH', `/webhooks/${made.body.id}`, { enabled: false }).expect(200);
    const put = await api.send('PUT', `/webhooks/${made.body.id}`, { url, event_ids: [eventId], ...nulls }).expect(200);
    expect(put.body).toMatchObject({ name: '', tags: {}, enabled: false });
  });

  it('may write the names of its fields in any case', async () => {
    const event = await api.send('POST', '/events', { Event: 'any.case', NAME: 'n', Tags: { App: 'x' } }).expect(201);
    expect(event.body).toMatchObject({ event: 'any.case', name: 'n', tags: { App: 'x' } });
    const body = { URL: url, Event_IDs: [event.body.id], Enabled: false, ID: 5 };
    const webhook = await api.send('POST', '/webhooks', body).expect(201);
    expect(webhook.body).toMatchObject({ url, enabled: false, events: [{ id: event.body.id }] });
    expect(webhook.headers['hukz-ignored']).toBe('id');
    const renamed = await api.send('PUT', `/events/${event.body.id}`, { event: 'any.case', Name: 'm' }).expect(200);
    expect(renamed.body.name).toBe('m');
  });

  it.each([
    [{ event: 'a.b', Event: 'c.d' }, 'there is no field "Event"'],
    [{ event: 'a.b', Evnet: 1 }, 'there is no field "Evnet"'],
    [{ Event: null }, 'event must be a string'],
  ])('is refused if it is ambiguous or wrong: %j', async (body, message) => {
    const { body: refused } = await api.send('POST', '/events', body).expect(422);
    expect(refused.errors[0].message).toBe(message);
  });
});

describe('space 0', () => {
  it('lists the webhooks of all spaces, and is checked in all of them', async () => {
    await api.send('POST', '/webhooks/space/8', { url, event_ids: [eventId] }).expect(201);
    await api.send('POST', '/webhooks/space/0', { url, event_ids: [] }).expect(201);
    const all = await api.send('GET', '/webhooks/space/0?limit=100').expect(200);
    const spaces = all.body.nodes.map(({ space_id }: { space_id: number }) => space_id);
    expect(spaces).toEqual(expect.arrayContaining([0, 8]));
    const one = await api.send('GET', '/webhooks/space/8').expect(200);
    expect(one.body.nodes.map(({ space_id }: { space_id: number }) => space_id)).toEqual([8]);
    const check = (space: number) => api.send('GET', `/webhooks/space/${space}/check?event=there.is`).expect(200);
    expect((await check(0)).body).toEqual({ event_enabled: true });
    expect((await check(9)).body).toEqual({ event_enabled: false });
  });
});
