import type { Deps } from '../deps.ts';

/** Counts the problems that no operator has settled. */
export const countOpenProblems = async ({ orders, metrics }: Deps): Promise<void> => {
  metrics.openProblems.set(await orders.countDocuments({ 'problem.at': { $exists: true } }));
};
