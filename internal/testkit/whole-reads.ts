/** The lines of a plan that read a whole table or index, because no condition restricts the search. */
export function wholeReads(plan: string): readonly string[] {
  const lines = plan.split('\n');
  const isScan = (line: string) => /(?:Seq|Index(?: Only)?) Scan (?:Backward )?(?:using \w+ )?on /.test(line);
  return lines.filter((line, index) => isScan(line) && !/^\s+Index Cond:/.test(lines[index + 1] ?? ''));
}
