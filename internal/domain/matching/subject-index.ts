import { isWildcard } from './subject.js';

interface Branch<T> {
  readonly next: Map<string, Branch<T>>;
  /** The value that is registered for exactly this path. A last token `>` is stored as a branch of that name. */
  value: T | undefined;
}

interface Path<T> {
  readonly tokens: readonly string[];
  readonly value: T;
}

const makeBranch = <T>(): Branch<T> => ({ next: new Map(), value: undefined });

/**
 * Values by NATS subject, including wildcards. Exact subjects cost one look-up; wildcards cost a walk down a tree of
 * tokens.
 */
export class SubjectIndex<T> {
  private readonly exact = new Map<string, T>();
  private readonly root = makeBranch<T>();
  private wildcards = 0;

  set(subject: string, value: T): void {
    if (!isWildcard(subject)) {
      this.exact.set(subject, value);
      return;
    }
    let branch = this.root;
    for (const token of subject.split('.')) {
      const next = branch.next.get(token) ?? makeBranch<T>();
      branch.next.set(token, next);
      branch = next;
    }
    if (branch.value === undefined) this.wildcards++;
    branch.value = value;
  }

  /** Removes the value, unless the subject now belongs to another one. */
  delete(subject: string, value: T): void {
    if (!isWildcard(subject)) {
      if (this.exact.get(subject) === value) this.exact.delete(subject);
    } else if (prune(this.root, { tokens: subject.split('.'), value }, 0)) this.wildcards--;
  }

  /** Returns all values whose registered subject covers the published subject. */
  match(subject: string): readonly T[] {
    const exact = this.exact.get(subject);
    if (this.wildcards === 0) return exact === undefined ? [] : [exact];
    const found: T[] = exact === undefined ? [] : [exact];
    collect(this.root, subject.split('.'), 0, found);
    return found;
  }
}

function collect<T>(branch: Branch<T>, tokens: readonly string[], depth: number, found: T[]): void {
  const token = tokens[depth];
  if (token === undefined) {
    if (branch.value !== undefined) found.push(branch.value);
    return;
  }
  const rest = branch.next.get('>')?.value;
  if (rest !== undefined) found.push(rest);
  const any = branch.next.get('*');
  if (any) collect(any, tokens, depth + 1, found);
  const same = token === '*' || token === '>' ? undefined : branch.next.get(token);
  if (same) collect(same, tokens, depth + 1, found);
}

/** Removes a path and the branches that the removal leaves empty. Returns whether the path existed. */
function prune<T>(branch: Branch<T>, path: Path<T>, depth: number): boolean {
  const token = path.tokens[depth];
  if (token === undefined) {
    if (branch.value !== path.value) return false;
    branch.value = undefined;
    return true;
  }
  const next = branch.next.get(token);
  if (!next || !prune(next, path, depth + 1)) return false;
  if (next.next.size === 0 && next.value === undefined) branch.next.delete(token);
  return true;
}
