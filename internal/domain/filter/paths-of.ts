import type { Condition } from './condition.js';
import { WantedPaths } from './values/wanted-paths.js';

/** Calls back with each path to which a condition refers. The paths in `$elem` begin at an element and are its own. */
export function eachPath(condition: Condition, visit: (path: string) => void): void {
  switch (condition.kind) {
    case 'all':
    case 'any':
      for (const one of condition.of) eachPath(one, visit);
      return;
    case 'not':
      eachPath(condition.of, visit);
      return;
    case 'test':
      visit(condition.path);
      if (condition.check.is === 'like_field') visit(condition.check.path);
      return;
    default:
      condition satisfies never;
  }
}

/** Whether a path leads into the payload. The empty pointer is the payload itself. */
export const isInPayload = (path: string) => path === '' || path.startsWith('/');

/** The places in a payload at which one condition looks. */
export function pathsOf(condition: Condition): WantedPaths {
  const paths = new WantedPaths();
  eachPath(condition, (path) => isInPayload(path) && paths.add(path));
  return paths;
}
