import { describe, expect, it } from '@jest/globals';
import { allInboxes, holdsReserved, makeIsInbox, makeIsReserved } from './reserved.js';

const inboxes = allInboxes('replies.hukz', ['answers']);
const isReserved = makeIsReserved(inboxes);
const isInbox = makeIsInbox(inboxes);

describe('a published subject', () => {
  it.each([
    '$JS.API.INFO',
    '$KV.config.key',
    '$X.deleted',
    '_INBOX.a.b',
    '_R_.x',
    '_GR_.x.y',
    'replies.hukz.x',
    'answers.x',
    'hukz.result.7.1.dead',
  ])('of the server, of a reply or of our results is reserved: %s', (subject) => {
    expect(isReserved(subject)).toBe(true);
  });

  it.each(['a.b', 'a.$b', '_INBOXES.x', 'replies.other', 'replies', 'answersx.y', 'hukz.results.x', 'x._INBOX.y'])(
    'is not reserved: %s',
    (subject) => expect(isReserved(subject)).toBe(false),
  );
});

it('an answer goes to an inbox and nowhere else', () => {
  expect(['_INBOX.x', '_R_.x', 'replies.hukz.x.1', 'answers.x'].every(isInbox)).toBe(true);
  expect(['$JS.API.STREAM.DELETE.ORDERS', 'orders.created', 'hukz.result.1', '_INBOX', ''].some(isInbox)).toBe(false);
});

describe('a stream', () => {
  it.each([
    '>',
    '*',
    '*.>',
    '*.deleted',
    '*.API.INFO',
    '$X.a',
    '_INBOX.>',
    'replies.>',
    'replies.*.x',
    'answers.*',
    'hukz.>',
    'hukz.*.x',
  ])('over %s would hold reserved subjects', (subject) => expect(holdsReserved(subject, inboxes)).toBe(true));

  it.each(['a.>', 'a.*.b', 'replies', 'replies.*', 'replies.other.>', 'answers'])('over %s holds none', (subject) =>
    expect(holdsReserved(subject, inboxes)).toBe(false),
  );
});
