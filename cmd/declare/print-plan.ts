import type { Plan } from '../../packages/client/src/hukz.js';
import type { Colour, Paint } from '../output/colour.js';
import { plainLine } from '../output/plain.js';
import { changesOf, type FieldChange } from './field-changes.js';
import type { KnownObjects } from './known-objects.js';

type Step = Plan['plan'][number];

const SIGNS: Readonly<Record<Step['do'], readonly [sign: string, colour: Colour | undefined]>> = {
  create: ['+', 'green'],
  change: ['~', 'yellow'],
  remove: ['-', 'red'],
  conflict: ['!', 'red'],
  keep: [' ', undefined],
};
const COUNTED = [
  ['create', 'to create'],
  ['change', 'to change'],
  ['remove', 'to remove'],
  ['conflict', 'in conflict'],
  ['keep', 'unchanged'],
] as const;

/** The plan for people: what is created, changed and removed, each with its fields. */
export function formatPlan(plan: readonly Step[], known: KnownObjects, paint: Paint): string {
  const steps = plan.filter((step) => step.do !== 'keep').map((step) => formatStep(step, known, paint));
  return [...steps, formatCounts(plan, paint)].join('\n');
}

function formatCounts(plan: readonly Step[], paint: Paint): string {
  const counts = COUNTED.flatMap(([action, words]) => {
    const count = plan.filter((step) => step.do === action).length;
    return count === 0 && (action === 'conflict' || action === 'keep') ? [] : [`${count} ${words}`];
  });
  return `${paint('bold', 'Plan:')} ${counts.join(', ')}.\n`;
}

function formatStep(step: Step, known: KnownObjects, paint: Paint): string {
  const [sign, colour] = SIGNS[step.do];
  const head = `${paint(colour, sign)} ${paint('bold', plainLine(nameOf(step)))}`;
  if (step.do === 'conflict') return `${head}: ${plainLine(step.because ?? '')}\n`;
  const changes = changesOf(step, known);
  const width = Math.max(0, ...changes.map(({ name }) => name.length));
  const lines = changes.map((change) => `    ${formatChange(change, { sign: paint(colour, sign), width })}`);
  return `${[head, ...lines].join('\n')}\n`;
}

export const nameOf = ({ kind, key, id }: Step) => (key === null ? `${kind} ${id} (no key)` : `${kind} ${key}`);

function formatChange(
  { name, before, after }: FieldChange,
  { sign, width }: { readonly sign: string; readonly width: number },
): string {
  const values = before === undefined || after === undefined ? (after ?? before) : `${before} -> ${after}`;
  return `${sign} ${plainLine(name.padEnd(width))} = ${plainLine(values ?? '')}`;
}
