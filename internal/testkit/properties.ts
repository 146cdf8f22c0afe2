import fc from 'fast-check';

const FIXED_SEED = 20_261_122;

/**
 * fast-check with a seed for the whole run: a property tries the same cases on every machine, so that a build is red for what it changed.
 * `PROPERTY_SEED=random` looks further; the seed that a failure prints, given as PROPERTY_SEED, repeats it.
 */
const { PROPERTY_SEED = FIXED_SEED } = process.env;
const seed = Number(PROPERTY_SEED);
if (PROPERTY_SEED !== 'random' && !Number.isInteger(seed))
  throw new Error('PROPERTY_SEED is a whole number, or random');
if (PROPERTY_SEED !== 'random') fc.configureGlobal({ seed });

export { fc };
