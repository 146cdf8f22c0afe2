import fc from 'fast-check';

const FIXED_SEED = 20_261_122;

/**
 * fast-check with a seed for the whole run: a property tries the same cases on every machine, so that a build is red for what it changed.
 * `PROPERTY_SEED=random` looks further; the seed that a failure prints, given as PROPERTY_SEED, repeats it.
 */
const { PROPERTY_SEED } = process.env;
if (PROPERTY_SEED !== 'random') fc.configureGlobal({ seed: Number(PROPERTY_SEED ?? FIXED_SEED) });

export { fc };
