import { AppError } from '../../errors.js';
import { findDeclaredWebhooks, readOpenWebhooks } from '../../store/declared/declared-webhooks.js';
import type { SecretStore } from '../../store/secrets/webhook-secrets.js';
import { bySize } from '../../store/webhooks/by-size.js';
import { Ticks } from '../../ticks.js';
import { parseFields } from '../bodies/invalid-fields.js';
import { parsedBody } from '../bodies/json-body.js';
import { withJudgedCertificates } from '../webhooks/tls-secrets.js';
import { webhookJson } from '../webhooks/webhook-answer.js';
import { declaredWebhookBody } from '../webhooks/webhook-bodies.js';
import type { ApplyHead } from './apply-body.js';
import type { DeclaredWebhook } from './declaration.js';
import { type Entry, requireOnce } from './entries.js';
import { placeholdersIn, unknownPlaceholders, withStoredParts } from './placeholders.js';
import type { Problems } from './problems.js';

const STEP_BYTES = 512 * 1024;
/** Entries are at least this large for the size of a step, which bounds their number. */
const MIN_ENTRY_BYTES = 5 * 1024;
/** A larger entry is parsed and validated in two ticks. */
const LARGE_ENTRY_BYTES = 16 * 1024;

interface ParsedEntry {
  readonly place: string;
  readonly json: object;
  readonly bytes: number;
}

/** Reads the webhooks of a declaration, and replaces placeholders by what is stored. */
export async function readWebhooks(
  entries: readonly Entry[],
  head: ApplyHead,
  { problems, ...store }: SecretStore & { readonly problems: Problems },
): Promise<readonly DeclaredWebhook[]> {
  const ticks = new Ticks();
  const keys = new Map<string, string>();
  const webhooks: DeclaredWebhook[] = [];
  for (const step of bySize(entries, ({ bytes }) => Math.max(bytes.length, MIN_ENTRY_BYTES), STEP_BYTES)) {
    const parsedEntries: ParsedEntry[] = [];
    for (const { place, bytes } of step) {
      await ticks.next();
      await problems.collect(place, () => {
        parsedEntries.push({ place, json: parsedBody(bytes), bytes: bytes.length });
      });
      if (bytes.length > LARGE_ENTRY_BYTES) await ticks.end();
    }
    const answers = await storedAnswers(store, parsedEntries, head);
    for (const { place, json, bytes } of parsedEntries) {
      const isLarge = bytes > LARGE_ENTRY_BYTES;
      await ticks.next();
      await problems.collect(place, async () => {
        const webhook = readWebhook(json, answers, { place, keys });
        if (isLarge) await ticks.end();
        const { events, ...body } = await withJudgedCertificates(webhook);
        webhooks.push({ place, key: body.key, body: { ...body, managed_by: head.managed_by }, events, bytes });
      });
      if (isLarge) await ticks.end();
    }
  }
  return webhooks;
}

function readWebhook(
  json: object,
  answers: ReadonlyMap<string, object>,
  { place, keys }: { readonly place: string; readonly keys: Map<string, string> },
) {
  const answered = answers.get(keyOf(json) ?? '');
  const [unknown] = unknownPlaceholders(json, answered);
  if (unknown !== undefined) {
    const message = `${unknown}: a placeholder means the stored secret, and there is none; send the secret itself`;
    throw new AppError('unprocessable', message, unknown);
  }
  const webhook = parseFields(declaredWebhookBody, answered ? withStoredParts(json, answered) : json);
  requireOnce(keys, { place, field: 'key', value: webhook.key });
  return webhook;
}

/** The answers of GET about the webhooks in which there are placeholders, by key. */
async function storedAnswers(
  store: SecretStore,
  parsedEntries: readonly ParsedEntry[],
  { space }: ApplyHead,
): Promise<ReadonlyMap<string, object>> {
  const keys = parsedEntries.flatMap(({ json }) => (placeholdersIn(json).length > 0 ? (keyOf(json) ?? []) : []));
  if (keys.length === 0) return new Map();
  const known = await findDeclaredWebhooks(store.db, { spaceId: space, keys }, false);
  const answers = new Map<string, object>();
  for (const step of bySize(known, ({ bytes }) => bytes, STEP_BYTES)) {
    const ids = step.map(({ id }) => id);
    for (const { webhook } of (await readOpenWebhooks(store, ids)).values())
      if (webhook.key !== null) answers.set(webhook.key, webhookJson(webhook));
  }
  return answers;
}

function keyOf(json: object): string | undefined {
  return 'key' in json && typeof json.key === 'string' ? json.key : undefined;
}
