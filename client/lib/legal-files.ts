import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LegalPageName } from './legal-pages.ts';

/** What the operator has written for a page; read each time, so that a change needs no restart. Undefined if there is nothing. */
export const readLegalText = async (dir: string | undefined, page: LegalPageName): Promise<string | undefined> => {
  if (dir === undefined) return undefined;
  const text = await readFile(join(/* turbopackIgnore: true */ dir, `${page}.txt`), 'utf8').catch(() => '');
  return text.trim() === '' ? undefined : text;
};
