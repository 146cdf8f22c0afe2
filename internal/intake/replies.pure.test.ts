import { expect, it } from '@jest/globals';
import type { Receipt } from '../domain/message/receipt.js';
import { Replies, replyFor } from './replies.js';

const stored = { outcome: 'stored', messageId: 'id', webhooks: 2, isOrderedByStream: false } as const;
const replies: readonly (readonly [Receipt, string | undefined])[] = [
  [{ ...stored, problem: undefined }, '{"message_id":"id","webhooks":2}'],
  [{ ...stored, webhooks: 0, problem: 'Hukz-Tag: …' }, '{"message_id":"id","webhooks":0,"error":"Hukz-Tag: …"}'],
  [{ outcome: 'duplicate', isOrderedByStream: false }, '{"message_id":null,"webhooks":0,"duplicate":true}'],
  [{ outcome: 'unwanted', problem: undefined }, '{"message_id":null,"webhooks":0}'],
  [{ outcome: 'unwanted', problem: 'Hukz-Tag: …' }, '{"message_id":null,"webhooks":0,"error":"Hukz-Tag: …"}'],
  [{ outcome: 'unregistered' }, '{"error":"no event is registered for this subject"}'],
  [{ outcome: 'reserved' }, undefined],
  [{ outcome: 'refused', problem: 'poison' }, '{"error":"the message could not be stored: poison"}'],
  [{ outcome: 'failed' }, '{"error":"the message could not be stored"}'],
  [{ outcome: 'overloaded' }, '{"error":"hukz is overloaded and did not accept this message"}'],
];

it.each(replies)('the reply for %p is %p', (receipt, reply) => expect(replyFor(receipt)).toBe(reply));

const receipt: Promise<Receipt> = Promise.resolve({ outcome: 'unregistered' });
const ASKS = [['Hukz-Receipt', '1']] as const;
const isInbox = (subject: string) => subject.startsWith('_INBOX.');

it('only a publisher that asks for a receipt at an inbox gets a reply', async () => {
  const sent: string[] = [];
  const replies = new Replies({ isInbox, publish: (subject) => void sent.push(subject) });
  replies.await(receipt, '_INBOX.1', ASKS);
  replies.await(receipt, '_INBOX.2', []);
  replies.await(receipt, undefined, ASKS);
  replies.await(receipt, 'orders', ASKS);
  await receipt;
  expect([sent, replies.refused]).toEqual([['_INBOX.1'], 1]);
});

it('a reply that cannot be sent any more harms nothing', async () => {
  let tries = 0;
  const publish = () => {
    tries++;
    throw new Error('CONNECTION_CLOSED');
  };
  new Replies({ isInbox, publish }).await(receipt, '_INBOX.1', ASKS);
  await receipt;
  expect(tries).toBe(1);
});
