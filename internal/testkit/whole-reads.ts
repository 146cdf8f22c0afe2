/** The lines of a plan that go through all of a table or of an index: what no condition leads into. */
export function wholeReads(plan: string): readonly string[] {
  const lines = plan.split('\n');
  const isScan = (line: string) => /(?:Seq|Index(?: Only)?) Scan (?:Backward )?(?:using \w+ )?on /.test(line);
  return lines.filter((line, index) => isScan(line) && !/^\s+Index Cond:/.test(lines[index + 1] ?? ''));
}
