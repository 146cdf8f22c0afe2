/** A consumer from which messages are pulled. */
export interface PullTarget {
  readonly stream: string;
  readonly consumer: string;
}

export const keyOf = ({ stream, consumer }: PullTarget) => `${stream}\n${consumer}`;
