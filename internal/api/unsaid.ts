/**
 * Reasons to refuse a webhook's body that its schema accepts: they depend on stored data, and the contract answers them
 * with 422, or a JSON schema cannot express them.
 */
export const UNSAID_OF_WEBHOOKS: readonly string[] = [
  '`event_ids` names an event that does not exist',
  'receivers may not have the host or port of a URL here',
  'a certificate or key of `tls` cannot be read, has expired, or does not belong to the other',
  'two names of `headers` differ only in case, or a header also belongs to `auth` or `signature`',
  '`tags` have more than 12,288 bytes of JSON',
];
