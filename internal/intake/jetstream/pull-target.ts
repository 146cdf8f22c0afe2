/** A consumer that messages are asked for. */
export interface PullTarget {
  readonly stream: string;
  readonly consumer: string;
}

export const keyOf = ({ stream, consumer }: PullTarget) => `${stream}\n${consumer}`;
