import { styleText } from 'node:util';
import type { Invocation } from '../invocation.js';

export type Colour = 'green' | 'red' | 'yellow' | 'cyan' | 'dim' | 'bold';
export type Paint = (colour: Colour | undefined, text: string) => string;

/** Colours are for terminals, unless the user says otherwise: `--color`, else NO_COLOR (https://no-color.org). */
export function makePaint(
  { env, streams }: Invocation,
  when: 'auto' | 'always' | 'never',
  stream: 'stdout' | 'stderr',
): Paint {
  const isOn =
    when === 'auto' ? streams[stream].isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb' : when === 'always';
  return (colour, text) => (isOn && colour ? styleText(colour, text, { validateStream: false }) : text);
}
