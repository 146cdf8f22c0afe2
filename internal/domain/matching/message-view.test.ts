import { expect, it } from '@jest/globals';
import { MessageHead, MessageView } from './message-view.js';

const view = (payload: string) => new MessageView('a', [], Buffer.from(payload), 0);

it('the JSON of a message is parsed once, and not before something asks for it', () => {
  const asked = view('{"a":{}}');
  const [first, copy] = [asked.json, Buffer.from('{"b":{}}')];
  asked.moveTo(copy);
  expect([first, asked.json === first]).toEqual([{ a: {} }, true]);
  const unasked = view('{"a":{}}');
  unasked.moveTo(copy);
  expect(unasked.json).toEqual({ b: {} });
});

it.each(['{', '', 'text'])('a payload %p is no JSON', (payload) => {
  expect(view(payload).json).toBeUndefined();
});

it('routing headers are read once', () => {
  const head = new MessageHead('a', [['Hukz-Space', '7']], 0);
  expect(head.routing).toEqual({ ok: true, value: { tags: [], space: 7 } });
  expect(head.routing).toBe(head.routing);
});
