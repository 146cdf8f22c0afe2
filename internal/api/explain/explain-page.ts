import { explainIn } from '../../domain/matching/explaining/explain.js';
import type { MessageView } from '../../domain/matching/message-view.js';
import type { Violation } from '../../domain/schema/event-schema.js';
import type { Spaces } from '../../identity/principal.js';
import { findWebhookIds } from '../../store/webhooks/webhook-ids.js';
import { Ticks } from '../../ticks.js';
import type { Matching, Stores } from '../api-deps.js';
import { deletedJson, type ExplainedWebhook, explainedJson, heldBackJson } from './explain-answer.js';

/** Webhooks of one page that are looked at. Fewer of them may be asked for (`fires`). */
const MAX_LOOKED_AT = 10_000;
const LOOKED_AT_ONCE = 500;

export type ExplainDeps = Pick<Stores, 'db'> & Matching;

export interface ExplainedPage {
  readonly nodes: readonly ExplainedWebhook[];
  /** The id after which the next page begins. */
  readonly next: number | undefined;
}

export interface PageRequest {
  readonly spaces: Spaces;
  readonly after: number;
  readonly limit: number;
  /** Only webhooks that fire, or only those that do not. */
  readonly fires?: boolean | undefined;
  /** Webhooks that are explained although they are deleted. */
  readonly evenDeleted?: readonly number[];
  /** Set if the message is held back by a schema, so that no webhook gets it. */
  readonly heldBackBy?: Violation | undefined;
}

/**
 * Explains the decisions of today's catalog about a message and the webhooks of some spaces, in the order of their ids.
 * The catalog is loaded after the ids are known, so that it lacks only webhooks that are deleted.
 */
export async function explainPage(deps: ExplainDeps, message: MessageView, asked: PageRequest): Promise<ExplainedPage> {
  const { spaces, limit, fires, evenDeleted = [], heldBackBy: violation } = asked;
  const nodes: ExplainedWebhook[] = [];
  const deleted = new Set(evenDeleted);
  const ticks = new Ticks();
  let { after } = asked;
  for (let looked = 0; looked < MAX_LOOKED_AT; looked += LOOKED_AT_ONCE) {
    const ids = await findWebhookIds(deps.db, { spaces, after, limit: LOOKED_AT_ONCE, evenDeleted });
    if (looked === 0) await deps.loadCatalog();
    for (const id of ids) {
      if (nodes.length === limit) return { nodes, next: after };
      after = id;
      const node = explainOne(deps.catalog, id, message, violation) ?? (deleted.has(id) ? deletedJson(id) : undefined);
      if (node && (fires === undefined || node.fires === fires)) nodes.push(node);
      await ticks.next();
    }
    if (ids.length < LOOKED_AT_ONCE) return { nodes, next: undefined };
  }
  return { nodes, next: after };
}

/** Undefined if the catalog does not have the webhook. */
export function explainOne(catalog: Matching['catalog'], id: number, message: MessageView, heldBack?: Violation) {
  const webhook = catalog.webhook(id);
  const node = webhook && explainedJson(webhook, explainIn(catalog, webhook, message));
  return node?.fires && heldBack ? heldBackJson(node, heldBack) : node;
}
