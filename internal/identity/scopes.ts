/**
 * A scope allows a caller one kind of request. Each endpoint declares the scope that it needs. The list is closed: a
 * caller has some of these scopes, and no other.
 */
const WORDS = [
  ['events:read', 'list and read events'],
  ['events:write', 'register, change and delete events'],
  ['webhooks:read', 'list and read webhooks'],
  ['webhooks:write', 'register, change and delete webhooks'],
  ['webhooks:test', 'send test calls, and try the credentials of webhooks'],
  ['secrets:rotate', 'rotate the signing secrets of webhooks'],
  ['deliveries:read', 'read deliveries, dead letters, ordering keys and replays'],
  ['deliveries:write', 'retry and cancel deliveries, skip the first of a key, pause and resume webhooks'],
  ['replays:write', 'count, start and cancel replays'],
  ['logs:read', 'read attempts with their payloads and answers'],
  ['messages:read', 'read messages with their payloads'],
  ['messages:publish', 'publish messages, and cancel delayed ones'],
  ['messages:erase', 'count, start and cancel erasures of messages, in all spaces'],
  ['spaces:read', 'list and read spaces'],
  ['spaces:write', 'create, change and delete spaces, with their webhooks'],
  ['accounting:read', 'read the account of deliveries'],
  ['tokens:read', 'list and read tokens, without their secrets'],
  ['tokens:write', 'create, rotate and revoke tokens that may no more than the caller'],
  ['audit:read', 'read who changed what through the API, and who read payloads'],
] as const;

export type Scope = (typeof WORDS)[number][0];

/** Each scope with what it allows. */
export const SCOPES: ReadonlyMap<Scope, string> = new Map(WORDS);
