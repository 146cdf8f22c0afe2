/** The answer to a call. */
export interface Answer<T> {
  readonly data: T;
  readonly status: number;
  readonly headers: Headers;
  /** The body as it came; `bytesAt` finds a value in it. */
  readonly bytes: Uint8Array;
  readonly requestId: string;
}

/** A call under way: a promise of what the API answers with. */
export class Call<T> implements Promise<T> {
  readonly #answer: Promise<Answer<T>>;
  readonly [Symbol.toStringTag] = 'Call';

  constructor(answer: Promise<Answer<T>>) {
    this.#answer = answer;
  }

  // biome-ignore lint/suspicious/noThenProperty: a call is a promise, so that it can be awaited.
  then<A = T, B = never>(
    onData?: ((data: T) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#answer.then(({ data }) => data).then(onData, onError);
  }

  catch<B = never>(onError?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(null, onError);
  }

  finally(onEnd?: (() => void) | null): Promise<T> {
    return this.then().finally(onEnd);
  }

  /** The whole answer: its status, its headers, and its body byte for byte. */
  withAnswer(): Promise<Answer<T>> {
    return this.#answer;
  }

  /** The same call with other data. */
  map<U>(change: (answer: Answer<T>) => U): Call<U> {
    return new Call(this.#answer.then((answer) => ({ ...answer, data: change(answer) })));
  }
}
