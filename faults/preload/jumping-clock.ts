// This module is loaded into an instance before the program. The monotonic clock is unchanged, as on a machine whose
// clock is set.
const now = Date.now;
const JUMP_MS = 2 * 3_600_000;
const hands = { offsetMs: 0 };

Date.now = () => now() + hands.offsetMs;
process.on('SIGUSR2', () => {
  hands.offsetMs = hands.offsetMs === 0 ? JUMP_MS : 0;
});
