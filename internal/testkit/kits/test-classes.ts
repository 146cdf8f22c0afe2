import type { ClassPath } from '../../domain/delivery/scheduling-class.js';

/** The class path of a webhook that is alone in its space. */
export const classOfItsOwn = (webhookId: number): ClassPath => [webhookId, webhookId, `https://${webhookId}.example`];

/** The class path of webhooks that all belong to one user and one server. */
export const sharedClass = (): ClassPath => [0, 1, 'https://receiver.example'];
