import type { Colour } from '../output/colour.js';

const COLOURS: Readonly<Record<string, Colour>> = {
  delivered: 'green',
  done: 'green',
  pending: 'cyan',
  running: 'cyan',
  held: 'yellow',
  failed: 'yellow',
  local_fault: 'yellow',
  interrupted: 'yellow',
  dead: 'red',
  lost: 'red',
  cancelled: 'dim',
};

/** The colour of a state of a delivery or a replay, and of the outcome of an attempt. */
export const colourOfState = (state: string): Colour | undefined => COLOURS[state];
