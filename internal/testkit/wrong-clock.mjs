// This module is loaded into an instance before the program. It shifts the wall clock by CLOCK_OFFSET_MS; monotonic
// time is unchanged.
const { now } = Date;
const offsetMs = Number(process.env.CLOCK_OFFSET_MS ?? 0);
Date.now = () => now() + offsetMs;
