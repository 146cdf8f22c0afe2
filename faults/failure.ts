/** Why a scenario does not hold, or cannot be run: a sentence for whoever started it. */
export class ScenarioFailure extends Error {}

/** The records do not agree: something is lost, invented or doubled, and no time would mend it. */
export class WrongAccount extends ScenarioFailure {}

/** What a scenario needs and this machine has not. */
export class Skipped extends Error {}

/** The time of all scenarios together is up: no fault of the one that is cut off. */
export class OutOfTime extends Skipped {}
