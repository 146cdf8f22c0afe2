import { CommandFailed } from '../command-failed.js';
import { EXIT } from '../exit-codes.js';
import type { Verb } from '../session/session.js';
import { makePlan } from './make-plan.js';
import { formatPlan } from './print-plan.js';
import { type DeclarationOptions, readDeclaration } from './read-declaration.js';

/** Shows what `apply` would change. @throws {CommandFailed} with an exit code of its own if anything differs */
export const diff: Verb<DeclarationOptions> = async (session, { options }) => {
  const { out } = session;
  const { data, bytes, known } = await makePlan(session, await readDeclaration(session.here, options));
  if (out.format === 'table' || out.format === 'wide') out.painted(formatPlan(data.plan, known, out.paint));
  else await out.answer(bytes);
  if (data.plan.every((step) => step.do === 'keep')) return;
  throw new CommandFailed('The stored objects differ from the files.', { exitCode: EXIT.different });
};
