import type { Answer } from '../../packages/client/src/call.js';
import type { Declaration, Plan } from '../../packages/client/src/hukz.js';
import { HukzError } from '../../packages/client/src/hukz-error.js';
import { CommandFailed } from '../command-failed.js';
import { EXIT } from '../exit-codes.js';
import { plain } from '../output/plain.js';
import type { Session } from '../session/session.js';
import { type KnownObjects, knownObjects } from './known-objects.js';
import { isObject } from './merge-documents.js';
import { placeProblem } from './name-places.js';
import { formatPlan } from './print-plan.js';
import type { ReadDeclaration } from './read-declaration.js';

export interface MadePlan extends Answer<Plan> {
  readonly known: KnownObjects;
}

/** Asks the service what a declaration would do. A plan with conflicts is printed, and refused. */
export async function makePlan(session: Session, read: ReadDeclaration): Promise<MadePlan> {
  const answer = await sendDeclaration(session, read, { dry_run: true });
  return { ...answer, known: await bothSides(session, read, answer.data.plan) };
}

/** Sends a declaration. @throws {CommandFailed} that names the file and line of each mistake */
export async function sendDeclaration(
  session: Session,
  read: ReadDeclaration,
  option: Pick<Declaration, 'dry_run'> = {},
): Promise<Answer<Plan>> {
  try {
    return await session.hukz.apply({ ...read.declaration, ...option }).withAnswer();
  } catch (error) {
    if (!(error instanceof HukzError)) throw error;
    if (error.code === 'unprocessable') throw refuseObjects(error, read);
    const plan = error.code === 'conflict' ? planOf(error.answer) : undefined;
    if (!plan) throw error;
    session.out.painted(formatPlan(plan, await bothSides(session, read, plan), session.out.paint));
    throw new CommandFailed('Nothing was changed, because the plan has conflicts.', {
      exitCode: EXIT.refused,
      advice: 'Remove the reasons above. --take-over also changes objects of another manager, and those without one.',
    });
  }
}

function refuseObjects({ problems }: HukzError, { merged }: ReadDeclaration): CommandFailed {
  const lines = problems.map((problem) => {
    const { at, message } = placeProblem(problem, merged);
    return plain(`${at}: ${message}`);
  });
  const advice = 'Nothing was changed. Correct the files, and try again.';
  return new CommandFailed(lines.join('\n'), { exitCode: EXIT.refused, advice });
}

function planOf(answer: unknown): Plan['plan'] | undefined {
  return isObject(answer) && Array.isArray(answer.plan) ? (answer.plan as Plan['plan']) : undefined;
}

/** The stored objects are asked for only if one of them changes. */
async function bothSides(
  { hukz }: Session,
  { merged, declaration }: ReadDeclaration,
  plan: Plan['plan'],
): Promise<KnownObjects> {
  if (!plan.some((step) => step.do === 'change')) return knownObjects(merged);
  const { managed_by, space, take_over: isAnyManager } = declaration;
  const filter = { ...(space !== undefined && { space }), ...(!isAnyManager && { managed_by }) };
  return knownObjects(merged, await hukz.export(filter));
}
