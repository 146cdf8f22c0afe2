import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { createInbox } from 'nats';
import { eventually } from '../testkit/eventually.js';
import { useAppKit } from '../testkit/kits/use-app-kit.js';

const kit = useAppKit();

/** How long the application takes. hukz has committed the message long before. */
const RESPONSE_MS = 300;

it('a request to an application is answered by that application alone, although hukz is faster', async () => {
  const { hukz, nats, receiver } = kit;
  await hukz.api.webhook(receiver.url, [await hukz.api.event('orders.price')]);
  nats.subscribe('orders.price', {
    callback: async (_error, message) => {
      await wait(RESPONSE_MS);
      message.respond('the price');
    },
  });
  const inbox = createInbox();
  const replies: string[] = [];
  nats.subscribe(inbox, { callback: (_error, message) => void replies.push(message.string()) });
  await nats.flush();
  nats.publish('orders.price', '{"id":1}', { reply: inbox });
  await receiver.waitFor(1);
  expect(replies).toEqual([]);
  await eventually(() => replies.length > 0, { what: 'the reply of the application' });
  await nats.flush();
  expect(replies).toEqual(['the price']);
});
