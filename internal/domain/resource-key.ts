export const MAX_RESOURCE_KEY_LENGTH = 127;

/** A key: the name that a user gives to an event or a webhook. It needs no escape in a header or a list of names. */
export const RESOURCE_KEY = /^[a-z0-9][a-z0-9._/-]{0,126}$/;

/** Precedes a key in a place that may have an id as well. No id begins with it. */
export const KEY_PREFIX = 'key:';
