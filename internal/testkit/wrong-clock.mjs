// Loaded into an instance before the program: the hands of its clock are wrong by CLOCK_OFFSET_MS. Monotonic time stays.
const { now } = Date;
const offsetMs = Number(process.env.CLOCK_OFFSET_MS ?? 0);
Date.now = () => now() + offsetMs;
