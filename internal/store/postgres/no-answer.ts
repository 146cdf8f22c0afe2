/** The driver's messages when no answer came in time. The network may have forgotten the connection. */
export const NO_ANSWER = /read timeout|timeout expired|terminated due to connection timeout/i;
