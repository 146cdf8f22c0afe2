import fc from 'fast-check';

const FIXED_SEED = 20_261_122;

/**
 * fast-check with one seed for the whole run: a property tries the same cases on every machine, so that a build fails
 * only because of its own changes. `PROPERTY_SEED=random` tries other cases. A failure prints its seed; with that seed
 * as PROPERTY_SEED, the failure repeats.
 */
const { PROPERTY_SEED = FIXED_SEED } = process.env;
const seed = Number(PROPERTY_SEED);
if (PROPERTY_SEED !== 'random' && !Number.isInteger(seed))
  throw new Error('PROPERTY_SEED must be a whole number or "random"');
if (PROPERTY_SEED !== 'random') fc.configureGlobal({ seed });

export { fc };
