import type { ClassPath } from '../domain/scheduling-class.js';

/** As if each webhook were alone in a space. */
export const classOfItsOwn = (webhookId: number): ClassPath => [webhookId, 1, `https://${webhookId}.example`];

/** As if one user had made them all, for one server. */
export const sharedClass = (): ClassPath => [0, 1, 'https://receiver.example'];
