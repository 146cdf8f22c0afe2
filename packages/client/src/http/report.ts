/** A request that is over, for logs and metrics. It contains no header, no query and no body. */
export interface RequestReport {
  readonly method: string;
  /** The path with ids and keys, without the query. */
  readonly path: string;
  /** 1 for the first request of a call. */
  readonly attempt: number;
  /** The id that all requests of the call have, under which the service logs them. */
  readonly requestId: string;
  /** The status of the answer. Absent if there was none. */
  readonly status?: number;
  /** Why there was no answer. */
  readonly failure?: 'timeout' | 'network';
  readonly durationMs: number;
  /** The time after which the request is repeated. Absent if it is not. */
  readonly retryInMs?: number;
}

export type ReportRequest = (report: RequestReport) => void;
