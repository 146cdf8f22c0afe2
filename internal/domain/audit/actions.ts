/** Each action of the audit, with what it means. A name that was released stays. */
const WORDS = [
  ['event.create', 'an event was registered'],
  ['event.update', 'an event was changed'],
  ['event.delete', 'an event was deleted'],
  ['webhook.create', 'a webhook was registered'],
  ['webhook.update', 'a webhook was changed, enabled or disabled'],
  ['webhook.delete', 'a webhook was deleted'],
  ['webhook.pause', 'a webhook was paused'],
  ['webhook.resume', 'a webhook was resumed'],
  ['webhook.rotate_secret', 'a webhook got another signing secret'],
  ['webhook.test', 'a test request was sent, or credentials were tried'],
  ['space.create', 'a space was created'],
  ['space.update', 'a space was changed'],
  ['space.delete', 'a space was deleted with its webhooks'],
  ['token.create', 'a token was created'],
  ['token.rotate', 'a token got another text'],
  ['token.revoke', 'a token was revoked'],
  ['declaration.apply', 'a declaration changed an event or a webhook'],
  ['replay.create', 'a replay was started'],
  ['replay.cancel', 'a replay was cancelled'],
  ['delivery.retry', 'deliveries were made due again'],
  ['delivery.cancel', 'deliveries were cancelled'],
  ['key.release', 'the first delivery of an ordering key was skipped'],
  ['message.cancel', 'a delayed message was cancelled'],
  ['message.erase', 'an erasure of messages was started'],
  ['erasure.cancel', 'an erasure of messages was cancelled'],
  ['message.release', 'a message in quarantine was released'],
  ['message.discard', 'a message in quarantine was discarded'],
  ['message.read', 'the payload of a message was read with a token'],
  ['delivery.read', 'the payload of a delivery was read with a token'],
  ['filter.try', 'a filter was tried on the payloads of stored messages with a token'],
  ['log.read', 'attempts were read with their payloads with a token'],
] as const;

export type AuditAction = (typeof WORDS)[number][0];

export const AUDIT_ACTIONS: ReadonlyMap<AuditAction, string> = new Map(WORDS);
