/** The result of one check. */
export interface Finding {
  readonly check: string;
  /** `obstacle`: the switch would fail, or lose something. `note`: something will be different. */
  readonly weight: 'ok' | 'note' | 'obstacle';
  readonly says: string;
  /** The next step of the operator. */
  readonly advice?: string;
}

/** A check that found nothing in the way. */
export const ok = (check: string, says: string): Finding => ({ check, weight: 'ok', says });

/** Runs checks in their order. A check that fails is an obstacle of its own, and the others still run. */
export async function runChecks(
  checks: Readonly<Record<string, () => Promise<readonly Finding[]>>>,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [check, run] of Object.entries(checks)) {
    try {
      findings.push(...(await run()));
    } catch (error) {
      findings.push({ check, weight: 'obstacle', says: error instanceof Error ? error.message : String(error) });
    }
  }
  return findings;
}
