import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './kubectl.ts';

/** A commit of this repository in a folder of its own. */
interface Checkout {
  readonly folder: string;
  close(): Promise<void>;
}

/** @throws Error when this clone doesn't have the commit. */
export const openCheckout = async (commit: string): Promise<Checkout> => {
  await run('git', 'cat-file', '-e', `${commit}^{commit}`).catch((error: unknown) => {
    throw new Error(`This clone lacks the commit ${commit}: run git fetch --unshallow`, { cause: error });
  });
  const parent = await mkdtemp(join(tmpdir(), 'ticketing-checkout-'));
  const folder = join(parent, 'checkout');
  const close = async (): Promise<void> => {
    await run('git', 'worktree', 'remove', '--force', folder).catch(() => undefined);
    await rm(parent, { recursive: true, force: true });
  };
  try {
    await run('git', 'worktree', 'add', '--detach', folder, commit);
  } catch (error) {
    await close();
    throw error;
  }
  return { folder, close };
};
