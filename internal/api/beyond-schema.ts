/**
 * Reasons to refuse the body of a webhook that its schema accepts. Either the reason depends on stored data, and the
 * contract demands 422, or a JSON schema cannot express it.
 */
export const WEBHOOKS_BEYOND_SCHEMA: readonly string[] = [
  '`event_ids` names an event that does not exist, or `space_id` a key that no space has',
  'the host or port of a URL is not allowed for receivers',
  'a certificate or key in `tls` cannot be read or has expired, or the two do not match',
  'two names of `headers` differ only in case, or a header also belongs to `auth` or `signature`',
  '`headers`, `pass_headers` or `auth` name a header that webhooks may not set here',
  'a `filter` has an unknown operator, an operand of another kind, or exceeds a limit (docs/filters.md)',
  '`tags` have more than 12,288 bytes of JSON',
];
