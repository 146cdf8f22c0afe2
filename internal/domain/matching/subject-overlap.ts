/** Whether `wide` matches every subject that `narrow` matches. Equal subjects cover each other. */
export function covers(wide: string, narrow: string): boolean {
  const [wideTokens, narrowTokens] = [wide.split('.'), narrow.split('.')];
  for (const [index, token] of wideTokens.entries()) {
    const other = narrowTokens[index];
    if (other === undefined) return false;
    if (token === '>') return true;
    if (other === '>' || (token !== '*' && token !== other)) return false;
  }
  return wideTokens.length === narrowTokens.length;
}

/** Whether both match at least one common subject. */
export function overlap(one: string, two: string): boolean {
  const [ones, twos] = [one.split('.'), two.split('.')];
  for (let index = 0; ; index++) {
    const [a, b] = [ones[index], twos[index]];
    if (a === undefined || b === undefined) return a === b;
    if (a === '>' || b === '>') return true;
    if (a !== b && a !== '*' && b !== '*') return false;
  }
}
