/** A response to hukz. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** For people: hukz does not interpret it, and stores its beginning in the log. */
  readonly body: string;
}

export function answer(status: number, body = '', headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, body, headers: body ? { 'content-type': 'text/plain; charset=utf-8', ...headers } : headers };
}

/** The answer 503: hukz tries again, and not before the given time. */
export const answerLater = (seconds: number, body: string) => answer(503, body, { 'retry-after': String(seconds) });
