import { checkValue } from './check-value.js';
import type { Condition, Truth } from './condition.js';
import { type FilterTrace, negated } from './explaining/filter-trace.js';
import type { Source } from './values/value.js';

/**
 * Decides whether a message fulfils a condition. An unknown part counts only if the other parts do not decide. A trace
 * receives the tests that were made, and changes nothing.
 */
export function evaluate(condition: Condition, source: Source, trace?: FilterTrace): Truth {
  switch (condition.kind) {
    case 'all':
      return every(condition.of, source, trace);
    case 'any':
      return some(condition.of, source, trace);
    case 'not': {
      const truth = evaluate(condition.of, source, trace && negated(trace));
      return truth === undefined ? undefined : !truth;
    }
    case 'test': {
      const found = source.at(condition.path);
      const truth = checkValue(found, condition.check, source, evaluate);
      trace?.tested({ test: condition, found, isNegated: false }, truth);
      return truth;
    }
    default:
      return condition satisfies never;
  }
}

function every(conditions: readonly Condition[], source: Source, trace: FilterTrace | undefined): Truth {
  let truth: Truth = true;
  for (const one of conditions) {
    const found = evaluate(one, source, trace);
    if (found === false) return false;
    if (found === undefined) truth = undefined;
  }
  return truth;
}

function some(conditions: readonly Condition[], source: Source, trace: FilterTrace | undefined): Truth {
  let truth: Truth = false;
  for (const one of conditions) {
    const found = evaluate(one, source, trace);
    if (found === true) return true;
    if (found === undefined) truth = undefined;
  }
  return truth;
}
