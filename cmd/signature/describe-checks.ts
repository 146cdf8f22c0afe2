import type { SchemeName } from '../../internal/domain/signature/schemes.js';
import type { Checked } from './check-request.js';

/** Formats the checks as lines, and the advice after them. */
export function describeChecks({ checks, advice }: Checked, scheme: SchemeName): string {
  const lines = [
    `scheme     ${scheme}`,
    ...checks.map(({ name, isPassed, text }) => `${name.padEnd(11)}${isPassed ? '' : 'FAILED: '}${text}`),
  ];
  return `${lines.join('\n')}\n${advice === undefined ? '' : `\n${advice}\n`}`;
}
