import type { Answer, Call } from './call.js';

/** The part of a page that lists need. Pages have more members, such as `total`. */
export interface PageOf<Node> {
  readonly nodes: readonly Node[];
  readonly next_cursor?: string;
}

export interface Paging {
  readonly limit?: number | string | undefined;
  readonly page?: number | string | undefined;
  readonly cursor?: string | undefined;
}

export type NodeOf<Page extends PageOf<unknown>> = Page['nodes'][number];

/** The largest page of the API, with which a whole list takes the fewest requests. */
const MAX_LIMIT = 100;

/**
 * A list, which is read when it is asked for: `await list` is its first page, `for await (const node of list)` are all
 * of its nodes, and `await list.take(n)` are the first ones. Pages follow each other by cursor, so that nodes which are
 * created or deleted meanwhile neither repeat others nor hide them.
 */
export class List<Page extends PageOf<unknown>> implements PromiseLike<Page>, AsyncIterable<NodeOf<Page>> {
  readonly #read: (paging: Paging) => Call<Page>;
  readonly #given: Paging;
  #first: Call<Page> | undefined;

  constructor(read: (paging: Paging) => Call<Page>, given: Paging) {
    this.#read = read;
    this.#given = given;
  }

  /** The first page, which is read once. */
  firstPage(): Call<Page> {
    this.#first ??= this.#read(this.#given);
    return this.#first;
  }

  // biome-ignore lint/suspicious/noThenProperty: a list can be awaited, which reads one page.
  then<A = Page, B = never>(
    onPage?: ((page: Page) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.firstPage().then(onPage, onError);
  }

  /** All pages from the given one on. A page may be empty and have a next one. */
  async *pages(limit: Paging['limit'] = this.#given.limit): AsyncGenerator<Page, void, undefined> {
    for await (const { data } of this.answers(limit)) yield data;
  }

  /** The same pages as whole answers, with the bytes of each. */
  async *answers(limit: Paging['limit'] = this.#given.limit): AsyncGenerator<Answer<Page>, void, undefined> {
    let paging: Paging = { ...this.#given, limit };
    for (;;) {
      const answer = await this.#read(paging).withAnswer();
      yield answer;
      const { next_cursor: cursor } = answer.data;
      if (cursor === undefined) return;
      if (cursor === paging.cursor) throw new Error('a list has a page whose next_cursor is its own cursor');
      paging = { limit, cursor };
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<NodeOf<Page>, void, undefined> {
    for await (const page of this.pages(this.#given.limit ?? MAX_LIMIT)) yield* nodesOf(page);
  }

  /** The first `count` nodes, or all of them if there are fewer. */
  async take(count: number): Promise<NodeOf<Page>[]> {
    const taken: NodeOf<Page>[] = [];
    if (!(count > 0)) return taken;
    for await (const page of this.pages(this.#given.limit ?? Math.min(count, MAX_LIMIT))) {
      taken.push(...nodesOf(page).slice(0, count - taken.length));
      if (taken.length >= count) break;
    }
    return taken;
  }
}

/** The type of a page has the type of its nodes, which the compiler does not derive for a page that is not known. */
const nodesOf = <Page extends PageOf<unknown>>({ nodes }: Page) => nodes as readonly NodeOf<Page>[];
