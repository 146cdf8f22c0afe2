/** What the driver says when nothing came back in time: the network may have forgotten the connection. */
export const NO_ANSWER = /read timeout|timeout expired|terminated due to connection timeout/i;
