import { execa } from 'execa';
import { mkdir, statfs } from 'node:fs/promises';

/** A file system of its own for one directory, which can be made full. */
export interface SmallDisk {
  /** From now on nothing more can be written. */
  fill(): Promise<void>;
  /** There is room again. */
  free(): Promise<void>;
  unmount(): Promise<void>;
}

const megabytes = 2 * 1024;

const run = async (command: string, ...args: readonly string[]): Promise<boolean> =>
  !(await execa(command, args, { reject: false })).failed;

/** Mounts a tmpfs, which takes only the memory that its files need; undefined where that is not permitted. */
export const mountSmallDisk = async (directory: string): Promise<SmallDisk | undefined> => {
  await mkdir(directory, { recursive: true });
  if (!(await run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', directory))) return undefined;
  const resize = (size: string) => run('mount', '-o', `remount,size=${size}`, directory);
  return {
    fill: async () => {
      for (let attempt = 0; attempt < 100; attempt += 1) {
        const { blocks, bfree, bsize } = await statfs(directory);
        // Refused when a file has grown since.
        if (await resize(String((blocks - bfree) * bsize))) return;
      }
      throw new Error(`${directory} is written all the time`);
    },
    free: async () => {
      if (!(await resize(`${megabytes}m`))) throw new Error(`${directory} keeps its size`);
    },
    unmount: async () => {
      if (!(await run('umount', directory))) throw new Error(`${directory} cannot be unmounted`);
    },
  };
};
