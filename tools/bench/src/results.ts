import { root } from '@ticketing/launcher/paths';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';

const Results = z.looseObject({
  date: z.string(),
  // Absent from files of earlier commits, as is the scenario of a row.
  commit: z.string().default('unknown'),
  rows: z.array(
    z.object({
      scenario: z.string().optional(),
      name: z.string(),
      value: z.number(),
      bound: z.number(),
      unit: z.string(),
      atMost: z.boolean(),
    }),
  ),
});

/** What a run writes into a file. */
export type Results = z.infer<typeof Results>;

/** @throws when it is no results file of the benchmark. */
export const readResults = async (file: string): Promise<Results> =>
  Results.parse(JSON.parse(await readFile(file, 'utf8')));

/** The commit that is checked out in a folder, with `+` if files differ from it; `unknown` outside a Git working copy. */
export const currentCommit = async (folder = root): Promise<string> => {
  const git = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('git', args, { cwd: folder })).stdout.trim();
  try {
    const isChanged = (await git('status', '--porcelain', '--untracked-files=no')) !== '';
    return `${await git('rev-parse', '--short=12', 'HEAD')}${isChanged ? '+' : ''}`;
  } catch {
    return 'unknown';
  }
};
