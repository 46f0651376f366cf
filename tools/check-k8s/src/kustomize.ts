import { execa } from 'execa';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';

const kustomization = z.looseObject({
  resources: z.array(z.string()).default([]),
  components: z.array(z.string()).default([]),
  patches: z.array(z.unknown()).default([]),
});

const fileOf = (folder: string): string => join(folder, 'kustomization.yaml');
const read = (folder: string) => kustomization.parse(parse(readFileSync(fileOf(folder), 'utf8')));

/** A tree of kustomizations: `base`, `components`, `overlays`. */
export class Kustomizations {
  readonly #kubectl: string;
  readonly #folder: string;
  /** Patches that are known to change something. */
  readonly #effective = new Set<string>();

  constructor(kubectl: string, folder: string) {
    this.#kubectl = kubectl;
    this.#folder = folder;
  }

  names(kind: 'overlays' | 'components'): string[] {
    return readdirSync(join(this.#folder, kind)).toSorted();
  }

  /** @throws Error with what kustomize says. */
  async render(overlay: string): Promise<string> {
    return this.#render(join(this.#folder, 'overlays', overlay));
  }

  /** An overlay and a component that it does not have. */
  async renderWith(overlay: string, component: string, scratch: string): Promise<string> {
    const folder = mkdtempSync(join(scratch, 'with-'));
    const to = (kind: string, name: string) => relative(folder, join(this.#folder, kind, name));
    writeFileSync(
      fileOf(folder),
      stringify({ resources: [to('overlays', overlay)], components: [to('components', component)] }),
    );
    return this.#render(folder);
  }

  /** Which components an overlay has, also by what it is made from. */
  componentsOf(overlay: string): string[] {
    const components = join(this.#folder, 'components');
    return this.#foldersOf(join(this.#folder, 'overlays', overlay))
      .filter((folder) => resolve(folder, '..') === resolve(components))
      .map((folder) => relative(components, folder));
  }

  /** Patches of `overlay`, of those not looked at before, without which the same comes out: kustomize says nothing of a target that there is not. */
  async idlePatches(overlay: string, scratch: string): Promise<string[]> {
    const whole = await this.render(overlay);
    const idle: string[] = [];
    for (const folder of this.#foldersOf(join(this.#folder, 'overlays', overlay))) {
      const { patches } = read(folder);
      for (const [index, patch] of patches.entries()) {
        const known = `${folder} ${index}`;
        if (this.#effective.has(known)) continue;
        const copy = mkdtempSync(join(scratch, 'without-'));
        cpSync(this.#folder, copy, { recursive: true });
        const file = fileOf(join(copy, relative(this.#folder, folder)));
        writeFileSync(file, stringify({ ...read(folder), patches: patches.toSpliced(index, 1) }));
        const rest = await new Kustomizations(this.#kubectl, copy).render(overlay).catch(() => 'it cannot be rendered');
        rmSync(copy, { recursive: true });
        if (rest === whole) idle.push(`${relative(this.#folder, folder)}: ${JSON.stringify(patch)}`);
        else this.#effective.add(known);
      }
    }
    return idle;
  }

  /** Every folder that the one at `start` is made from, itself included. */
  #foldersOf(start: string): string[] {
    const { resources, components } = read(start);
    const below = [...resources, ...components]
      .map((path) => resolve(start, path))
      .filter((path) => existsSync(fileOf(path)));
    return [...new Set([start, ...below.flatMap((path) => this.#foldersOf(path))])];
  }

  async #render(folder: string): Promise<string> {
    const { stdout } = await execa(this.#kubectl, ['kustomize', folder], { stdin: 'ignore' });
    return stdout;
  }
}

/** A folder for what is made to be looked at, emptied first. */
export const emptyScratch = (folder: string): string => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
};
