import type { Receipt } from '../../domain/message/receipt.js';
import { AppError } from '../../errors.js';
import { loadQuarantined, removeQuarantined } from '../../store/messages/quarantined.js';
import type { Db } from '../../store/postgres/knex.js';
import type { Quarantine } from '../api-deps.js';
import { SeveralRefusals } from '../bodies/several-refusals.js';
import { answerTo } from '../messages/publish-answer.js';
import { violationRefusal } from '../schemas/violation-refusal.js';
import { releasedJson } from './quarantine-answer.js';

/**
 * Accepts a message from quarantine like a fresh one: it is checked again, and matched by the catalog of now. It leaves
 * quarantine after its commit. If that fails, a second release recognises it by its id. `audited` writes its removal.
 * @throws {SeveralRefusals} if it still breaks a schema
 */
export async function release(deps: Quarantine & { readonly db: Db }, audited: Db, id: string) {
  const { receivedAt, subject, headers, payload } = await loadQuarantined(deps.db, id);
  const receipt = await deps.acceptReleased({ id, receivedAt: receivedAt.getTime(), subject, headers, payload });
  const released = releasedJson(receipt);
  if (!released) throw refusalOf(receipt, subject);
  await removeQuarantined(audited, id);
  return released;
}

function refusalOf(receipt: Receipt, subject: string): AppError | SeveralRefusals {
  if (receipt.outcome === 'quarantined') return violationRefusal(receipt.violation);
  if (receipt.outcome === 'unregistered')
    return new AppError('conflict', `no registered event covers the subject "${subject}"; register one first`);
  if (receipt.outcome === 'duplicate') return new AppError('conflict', 'the message was accepted before');
  const answer = answerTo(receipt, subject);
  const isRefusal = answer instanceof AppError || answer instanceof SeveralRefusals;
  return isRefusal ? answer : new AppError('unavailable', 'the message could not be released; try again later');
}
