import { checkValue } from './check-value.js';
import type { Condition, Truth } from './condition.js';
import type { Source } from './values/value.js';

/** Decides whether a message fulfils a condition. An unknown part counts only if the other parts do not decide. */
export function evaluate(condition: Condition, source: Source): Truth {
  switch (condition.kind) {
    case 'all':
      return every(condition.of, source);
    case 'any':
      return some(condition.of, source);
    case 'not': {
      const truth = evaluate(condition.of, source);
      return truth === undefined ? undefined : !truth;
    }
    case 'test':
      return checkValue(source.at(condition.path), condition.check, source, evaluate);
    default:
      return condition satisfies never;
  }
}

function every(conditions: readonly Condition[], source: Source): Truth {
  let truth: Truth = true;
  for (const one of conditions) {
    const found = evaluate(one, source);
    if (found === false) return false;
    if (found === undefined) truth = undefined;
  }
  return truth;
}

function some(conditions: readonly Condition[], source: Source): Truth {
  let truth: Truth = false;
  for (const one of conditions) {
    const found = evaluate(one, source);
    if (found === true) return true;
    if (found === undefined) truth = undefined;
  }
  return truth;
}
