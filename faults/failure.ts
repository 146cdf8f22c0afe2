/** Why a scenario does not hold, or cannot be run: a sentence for whoever started it. */
export class ScenarioFailure extends Error {}

/** What a scenario needs and this machine has not. */
export class Skipped extends Error {}

/** The time of all scenarios together is up: no fault of the one that is cut off. */
export class OutOfTime extends Skipped {}
