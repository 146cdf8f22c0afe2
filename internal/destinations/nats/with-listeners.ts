import type { Sender } from '../http/sender.js';

/** A sender by the kind of the destination: over NATS to a prompt, or over HTTP. */
export function withListeners(http: Sender, toListener: Sender['send']): Sender {
  return {
    ...http,
    send: (request, signal) =>
      request.plan.listener === undefined ? http.send(request, signal) : toListener(request, signal),
  };
}
