import type { Plan } from '../../packages/client/src/hukz.js';
import { plainLine } from '../output/plain.js';
import type { Session, Verb } from '../session/session.js';
import { makePlan, sendDeclaration } from './make-plan.js';
import { formatPlan, nameOf } from './print-plan.js';
import { type DeclarationOptions, readDeclaration } from './read-declaration.js';

interface ApplyOptions extends DeclarationOptions {
  readonly dryRun?: true;
  readonly showSecrets?: true;
}

type Steps = Plan['plan'];

/** Shows the plan, asks, and carries it out by one request. */
export const apply: Verb<ApplyOptions> = async (session, { options }) => {
  const { out } = session;
  const read = await readDeclaration(session.here, options);
  const planned = await makePlan(session, read);
  const { plan } = planned.data;
  const isForPeople = out.format === 'table' || out.format === 'wide';
  if (isForPeople) out.painted(formatPlan(plan, planned.known, out.paint));
  if (options.dryRun || plan.every((step) => step.do === 'keep')) {
    if (!isForPeople) await out.answer(planned.bytes);
    return;
  }
  await confirmPlan(session, plan);
  const applied = await sendDeclaration(session, read);
  if (!isForPeople) return out.answer(applied.bytes);
  if (signature(applied.data.plan) !== signature(plan)) {
    session.say('Something was changed since the plan was made. This is what was carried out:');
    out.painted(formatPlan(applied.data.plan, planned.known, out.paint));
  }
  out.painted(summary(applied.data));
  tellSecrets(session, applied.data.plan, options.showSecrets ?? false);
};

/** A terminal is always asked. Elsewhere only a removal needs `--yes`. */
async function confirmPlan({ here, confirm }: Session, plan: Steps): Promise<void> {
  const removed = plan.filter((step) => step.do === 'remove');
  const { stdin, stderr } = here.streams;
  const canAsk = stdin.isTTY === true && stderr.isTTY === true;
  if (removed.length > 0) await confirm(`Apply this plan, which removes ${countOf(removed.length)}?`);
  else if (canAsk) await confirm('Apply this plan?');
}

const countOf = (count: number) => (count === 1 ? '1 object' : `${count} objects`);

const signature = (plan: Steps) =>
  JSON.stringify(plan.map(({ kind, key, do: action, fields }) => [kind, key, action, fields]));

function summary({ plan, replays }: Plan): string {
  const count = (action: Steps[number]['do']) => plan.filter((step) => step.do === action).length;
  const done = `${count('create')} created, ${count('change')} changed, ${count('remove')} removed`;
  return `Applied: ${done}${replays > 0 ? `, ${replays} replays started` : ''}.\n`;
}

/** Generated secrets are shown once, and not into the log of a pipeline. */
function tellSecrets({ here, say, out }: Session, plan: Steps, isAsked: boolean): void {
  const generated = plan.filter(({ secret }) => secret !== undefined);
  if (generated.length === 0) return;
  if (!isAsked && !here.streams.stdout.isTTY) {
    say(
      `Signing secrets were generated for ${generated.map(nameOf).join(', ')}; --show-secrets would have shown them.`,
    );
    say('"hukz webhook rotate-secret" gives a webhook another one.');
    return;
  }
  say('These signing secrets are not shown again:');
  for (const step of generated) out.painted(`${plainLine(nameOf(step))}  ${plainLine(step.secret ?? '')}\n`);
}
