/**
 * The NATS subject on which the prompt of a listening webhook receives its requests. Each space has a branch of its
 * own, for which a NATS user can be given the right. Subjects that begin with `$` never trigger a webhook.
 */
export const listenerSubject = (spaceId: number, webhookId: number): string => `$HUKZ.LISTEN.${spaceId}.${webhookId}`;

/** The NATS header of such a request that contains its HTTP method. All others are headers of the request. */
export const METHOD_HEADER = 'Hukz-Method';
