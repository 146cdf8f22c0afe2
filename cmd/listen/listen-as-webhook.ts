import { listenerSubject } from '../../internal/domain/listening/listener-subject.js';
import { messageOf } from '../../internal/errors.js';
import type { Input, Session } from '../session/session.js';
import { connectNats } from '../try/connect-nats.js';
import { makeEnd } from './end.js';
import { createListening, prolong } from './expiring-webhook.js';
import type { Exchange } from './forward-queue.js';
import { makeForwarder } from './forwarder.js';
import { Forwarding } from './forwarding.js';
import { type ListenFlags, readListenOptions, reportExchanges, signingSecret, untilEnd } from './listen.js';
import { requireScheme, requireTarget } from './listen-options.js';
import { receiveRequests } from './prompt.js';
import { headerIn } from './show-exchange.js';

/**
 * `hukz listen --as-webhook`: a webhook whose requests travel over NATS to this prompt. Matching, retries, order and
 * logs are those of the service. The webhook is deleted at the end, or by the service soon after.
 */
export async function listenAsWebhook(session: Session, { args, options }: Input<ListenFlags>): Promise<void> {
  const { here, hukz, out, say, connection } = session;
  const scheme = requireScheme(options.scheme);
  const { forwardTo: url, settings, ...limits } = readListenOptions(args, { ...options, scheme });
  const secret = scheme === 'none' ? undefined : await signingSecret(here, scheme, options.secret);
  const to = requireTarget(url);
  const nats = await connectNats(here, { name: 'hukz-listen', reconnect: true, of: connection.nats });
  const end = makeEnd();
  const forwarder = makeForwarder(to, limits.timeoutMs);
  const print = reportExchanges(session, end, options.count);
  let last: Exchange | undefined;
  const onExchange = (exchange: Exchange) => {
    last = exchange;
    print(exchange);
  };
  const forwarding = new Forwarding({ to, concurrency: limits.concurrency, forwarder, onExchange, say });
  try {
    const { id, space_id } = await createListening(hukz, { subjects: args, url, settings, secret });
    const stopProlonging = prolong(hukz, id, say);
    try {
      await receiveRequests(nats, listenerSubject(space_id, id), forwarding, end.fail);
      await hukz.webhooks.update(id, { enabled: true });
      say(`webhook ${id} sends ${args.join(', ')} over nats://${nats.getServer()} and this prompt to ${to.href}`);
      const sendAgain = () => resend(session, last && headerIn(last.request.headers, 'webhook-id'));
      const actions = { r: sendAgain, d: () => out.text(forwarding.showLast().toString()), q: end.done };
      await untilEnd(session, nats, end, actions);
    } finally {
      stopProlonging();
      // The answers of the last requests are sent before the webhook ends.
      await forwarding.stop();
      await nats.flush().catch(() => undefined);
      await hukz.webhooks.delete(id);
      say(`webhook ${id} is deleted`);
    }
  } finally {
    await nats.close();
    await forwarder.close();
  }
}

/** Asks the service to send a delivery again, so that it has a log and the next number. */
function resend({ hukz, say }: Session, deliveryId: string | undefined): void {
  if (deliveryId === undefined) say('there is no request yet');
  else Promise.resolve(hukz.deliveries.retry(deliveryId)).catch((error: unknown) => say(messageOf(error)));
}
