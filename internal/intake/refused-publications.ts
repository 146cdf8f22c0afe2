import { OWN_PREFIXES } from '../domain/audit/own-prefixes.js';

/**
 * Counts the events of hukz that the server refused for want of a permission. The server says so after the message was
 * sent, so that nothing else notices it. Every other subject is confirmed by its publisher.
 */
export class RefusedPublications {
  private readonly counts = new Map<string, number>();

  add(subject: string): void {
    const prefix = OWN_PREFIXES.find((own) => subject.startsWith(own));
    if (prefix !== undefined) this.counts.set(prefix, this.below(prefix) + 1);
  }

  /** @param prefix one of `OWN_PREFIXES` */
  below(prefix: string): number {
    return this.counts.get(prefix) ?? 0;
  }
}
