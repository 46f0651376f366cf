import { readFile } from 'node:fs/promises';

const pageBytes = 4_096;

/** Resident memory of a process. */
export const residentBytes = async (pid: number): Promise<number> => {
  const [, pages] = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ');
  return Number(pages) * pageBytes;
};
