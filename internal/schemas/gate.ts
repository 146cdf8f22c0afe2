import type { GatedEvent } from '../domain/matching/catalog.js';
import type { Header } from '../domain/message/message.js';
import { chooseVersion } from '../domain/schema/choose-version.js';
import type { CatalogSchema, SchemaProblem, SchemaText, Violation } from '../domain/schema/event-schema.js';
import type { SchemaCheck } from '../domain/schema/schema-check.js';
import { NO_VIOLATION, stricter, type Verdict, verdictOn } from '../domain/schema/verdict.js';
import type { Checker } from './checker.js';

interface GateDeps {
  readonly checker: Pick<Checker, 'check'>;
  /** Undefined for a version that was deleted a moment ago. Rejects while PostgreSQL is away. */
  loadSchema(id: number): Promise<SchemaText | undefined>;
  /** Is informed whenever a schema could be used, or could not: the reason, or undefined. */
  onUse(schema: CatalogSchema, event: string, problem: string | undefined): void;
  /** Is informed of each message that does not pass silently. */
  onViolation(verdict: Exclude<Verdict, { readonly kind: 'pass' }>): void;
}

export interface MessageToJudge {
  readonly headers: readonly Header[];
  readonly payload: Uint8Array;
}

/** Texts of schemas in memory. */
const MAX_TEXTS = 200;

/** Judges a message by the schemas of the events that cover its subject. The strictest verdict counts. */
export class Gate {
  private readonly texts = new Map<number, Promise<SchemaText | undefined>>();

  constructor(private readonly deps: GateDeps) {}

  async judge(events: readonly GatedEvent[], message: MessageToJudge): Promise<Verdict> {
    let verdict: Verdict = NO_VIOLATION;
    for (const event of events) verdict = stricter(verdict, await this.judgeBy(event, message));
    if (verdict.kind !== 'pass') this.deps.onViolation(verdict);
    return verdict;
  }

  private async judgeBy({ subject, schemas }: GatedEvent, message: MessageToJudge): Promise<Verdict> {
    const chosen = chooseVersion(schemas, message.headers);
    if (!chosen || chosen.schema.mode === 'off') return NO_VIOLATION;
    const { schema, problem } = chosen;
    const { mode, version } = schema;
    const violation = (problems: readonly SchemaProblem[]): Violation => ({ event: subject, version, problems });
    if (problem !== undefined) return verdictOn(mode, violation([{ at: '', problem }]));
    const result = await this.check(schema, subject, message.payload);
    if (!result || result.outcome === 'valid') return NO_VIOLATION;
    if (result.outcome === 'invalid') return verdictOn(mode, violation(result.problems));
    return verdictOn(mode === 'warn' ? mode : 'quarantine', violation([unchecked(result)]));
  }

  /** Undefined if the version does not exist any more. */
  private async check(schema: CatalogSchema, subject: string, payload: Uint8Array): Promise<SchemaCheck | undefined> {
    const text = await this.textOf(schema.id);
    if (!text) return undefined;
    const result = await this.deps.checker.check(text, payload);
    const problem = result.outcome === 'bad_schema' ? sentenceOf(result.problem) : undefined;
    if (result.outcome !== 'too_hard') this.deps.onUse(schema, subject, problem);
    return result;
  }

  /** Messages that wait for the same text go on in their order. */
  private textOf(id: number): Promise<SchemaText | undefined> {
    const known = this.texts.get(id);
    if (known) return known;
    if (this.texts.size >= MAX_TEXTS) this.texts.clear();
    const loading = this.deps.loadSchema(id);
    this.texts.set(id, loading);
    const forget = () => void this.texts.delete(id);
    loading.then((text) => (text ? undefined : forget()), forget);
    return loading;
  }
}

function unchecked(result: Extract<SchemaCheck, { outcome: 'bad_schema' | 'too_hard' }>): SchemaProblem {
  if (result.outcome === 'too_hard')
    return { at: '', problem: 'the check of the payload took more time or memory than a check may take' };
  return { at: '', problem: `the schema cannot be used: ${sentenceOf(result.problem)}` };
}

const sentenceOf = ({ at, problem }: SchemaProblem) => `${at} ${problem}`.trim();
