/** The reason why a scenario does not hold or cannot run, as a sentence for the person who started it. */
export class ScenarioFailure extends Error {}

/**
 * The records contradict each other: something is lost, invented or duplicated, and waiting longer would not change
 * that.
 */
export class WrongAccount extends ScenarioFailure {}

/** The scenario needs something that this machine lacks. */
export class Skipped extends Error {}

/** The time limit of all scenarios together is reached, which is no fault of the scenario that is cut off. */
export class OutOfTime extends Skipped {}
