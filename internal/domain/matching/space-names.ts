import type { MessageLimits } from '../limits/message-limits.js';
import type { ResourceName } from '../message/headers/resource-name.js';
import type { DefaultsOfSpace } from '../settings/space-defaults.js';

/** The part of a message that names its space: a token of the subject, counted from 1, or a header. */
export type SpaceMapping = { readonly token: number } | { readonly header: string };

/** A space whose webhooks receive no message that does not name it. */
export interface StrictSpace {
  /** Undefined: only `Hukz-Space` names the space. */
  readonly mapping: SpaceMapping | undefined;
}

/** The ids of spaces by the names that publishers use. */
export interface SpaceNames {
  /** Returns the number itself, or the number of the space with the key. Undefined if no space has the key. */
  idOf(space: ResourceName): number | undefined;
}

/** The names of spaces, and the spaces whose webhooks receive no message that does not name the space. */
export interface KnownSpaces extends SpaceNames {
  readonly hasStrict: boolean;
  /** Undefined if the space is open. */
  strict(id: number): StrictSpace | undefined;
  readonly hasLimits: boolean;
  /** The limits for messages of a space. Undefined if it has none. */
  limitsOf(id: number): MessageLimits | undefined;
  /** The spaces whose owed deliveries are limited, with these limits. */
  pendingLimits(): ReadonlyMap<number, number>;
  /** The mappings of all strict spaces, each once. */
  mappings(): Iterable<SpaceMapping>;
}

/** A space, its key if it has one, its isolation if it is strict, and its defaults and limits if it has any. */
export interface CatalogSpace {
  readonly id: number;
  readonly key: string | undefined;
  readonly strict?: StrictSpace | undefined;
  readonly defaults?: DefaultsOfSpace | undefined;
  readonly limits?: MessageLimits | undefined;
}

/** The spaces that have a key, defaults or a limit, or are strict. Others need not be remembered. */
export class SpaceKeys implements KnownSpaces {
  private readonly ids = new Map<string, number>();
  private readonly keys = new Map<number, string>();
  private readonly stricts = new Map<number, StrictSpace>();
  private readonly defaulted = new Map<number, DefaultsOfSpace>();
  private readonly limited = new Map<number, MessageLimits>();
  /** The mappings by their text, each with the number of spaces that have it. */
  private readonly mapped = new Map<string, { readonly mapping: SpaceMapping; readonly count: number }>();

  get hasStrict(): boolean {
    return this.stricts.size > 0;
  }

  idOf(space: ResourceName): number | undefined {
    return typeof space === 'number' ? space : this.ids.get(space);
  }

  strict(id: number): StrictSpace | undefined {
    return this.stricts.get(id);
  }

  /** The defaults of a space for the settings of its webhooks. */
  defaultsOf(id: number): DefaultsOfSpace | undefined {
    return this.defaulted.size === 0 ? undefined : this.defaulted.get(id);
  }

  get hasLimits(): boolean {
    return this.limited.size > 0;
  }

  limitsOf(id: number): MessageLimits | undefined {
    return this.limited.get(id);
  }

  pendingLimits(): ReadonlyMap<number, number> {
    const found = new Map<number, number>();
    for (const [id, { pending }] of this.limited) if (pending !== undefined) found.set(id, pending);
    return found;
  }

  *mappings(): Iterable<SpaceMapping> {
    for (const { mapping } of this.mapped.values()) yield mapping;
  }

  /**
   * Returns the ids of spaces that have become strict or open, or that have, or had, defaults. All old keys are removed
   * first, because a key may have moved from one space to another.
   */
  change(spaces: readonly CatalogSpace[]): ReadonlySet<number> {
    const before = new Set(spaces.flatMap(({ id }) => (this.stricts.has(id) ? [id] : [])));
    const defaulted = new Set(spaces.flatMap(({ id }) => (this.defaulted.has(id) ? [id] : [])));
    for (const { id } of spaces) this.remove(id);
    for (const { id, key, strict, defaults, limits } of spaces) {
      if (strict) this.stricts.set(id, strict);
      if (defaults) this.defaulted.set(id, defaults);
      if (limits) this.limited.set(id, limits);
      this.count(strict?.mapping, 1);
      if (key === undefined) continue;
      this.ids.set(key, id);
      this.keys.set(id, key);
    }
    const isOther = (id: number) =>
      this.stricts.has(id) !== before.has(id) || this.defaulted.has(id) || defaulted.has(id);
    return new Set(spaces.flatMap(({ id }) => (isOther(id) ? [id] : [])));
  }

  private remove(id: number): void {
    this.count(this.stricts.get(id)?.mapping, -1);
    this.stricts.delete(id);
    this.defaulted.delete(id);
    this.limited.delete(id);
    const key = this.keys.get(id);
    if (key === undefined) return;
    this.keys.delete(id);
    if (this.ids.get(key) === id) this.ids.delete(key);
  }

  private count(mapping: SpaceMapping | undefined, change: 1 | -1): void {
    if (mapping === undefined) return;
    const text = JSON.stringify(mapping);
    const count = (this.mapped.get(text)?.count ?? 0) + change;
    if (count > 0) this.mapped.set(text, { mapping, count });
    else this.mapped.delete(text);
  }
}
