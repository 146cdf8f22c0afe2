import { describe, expect, it } from '@jest/globals';
import { roomOf } from './profile-rooms.js';

describe('the room of a function in a profile', () => {
  it.each([
    ['internal/store/journal/settle.js', 'toValues', 'store: journal, statements and batches'],
    ['internal/store/events.js', 'insertEvent', 'store: the rest'],
    ['internal/repeat.js', 'repeat', 'the ground, cmd, config'],
    ['undici/lib/core/request.js', 'Request', 'undici (client)'],
    ['pg-protocol/dist/parser.js', 'parse', 'pg (client)'],
    ['node:net', 'connect', 'Node: sockets and streams'],
    ['', '(garbage collector)', 'garbage collection'],
    ['', 'memcpy', 'native functions of Node and V8'],
  ])('%s %s', (file, name, room) => {
    expect(roomOf(file, name)).toBe(room);
  });
});
