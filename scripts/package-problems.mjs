// `node scripts/package-problems.mjs a.tgz b.tgz`: judges packed packages with publint, and their types, as programs
// with ESM and bundlers find them, with "Are the types wrong?". Prints a line per problem, and then exits with 1.
// The packages have no CommonJS form, so that what a `require` of an old Node finds is no problem.
import { readFileSync } from 'node:fs';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { problemAffectsResolutionKind, problemKindInfo } from '@arethetypeswrong/core/problems';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const RESOLUTIONS = ['node16-esm', 'bundler'];

async function packagingProblems(tarball) {
  const { messages, pkg } = await publint({ pack: { tarball }, level: 'suggestion' });
  return messages.map((message) => formatMessage(message, pkg, { color: false }));
}

async function typeProblems(bytes) {
  const analysis = await checkPackage(createPackageFromTarballData(bytes));
  if (!analysis.types) return ['the package has no types'];
  const isAffected = (problem) => RESOLUTIONS.some((kind) => problemAffectsResolutionKind(problem, kind, analysis));
  return analysis.problems.filter(isAffected).map((problem) => {
    const { kind, entrypoint = '' } = problem;
    return `${entrypoint} ${problemKindInfo[kind].shortDescription}: ${JSON.stringify(problem)}`;
  });
}

for (const file of process.argv.slice(2)) {
  const bytes = new Uint8Array(readFileSync(file));
  const problems = [...(await packagingProblems(bytes.buffer)), ...(await typeProblems(bytes))];
  for (const problem of problems) console.log(`${file}: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}
