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
  /** Patches that are known to change the output. */
  readonly #effective = new Set<string>();

  constructor(kubectl: string, folder: string) {
    this.#kubectl = kubectl;
    this.#folder = folder;
  }

  names(kind: 'overlays' | 'components'): string[] {
    return readdirSync(join(this.#folder, kind)).toSorted();
  }

  /** @throws Error with the output of kustomize. */
  async render(overlay: string): Promise<string> {
    return this.#render(join(this.#folder, 'overlays', overlay));
  }

  /** Renders an overlay with a component that it does not have. */
  async renderWith(overlay: string, component: string, scratch: string): Promise<string> {
    const folder = mkdtempSync(join(scratch, 'with-'));
    const to = (kind: string, name: string) => relative(folder, join(this.#folder, kind, name));
    writeFileSync(
      fileOf(folder),
      stringify({ resources: [to('overlays', overlay)], components: [to('components', component)] }),
    );
    return this.#render(folder);
  }

  /** The components of an overlay and of everything that it includes. */
  componentsOf(overlay: string): string[] {
    const components = join(this.#folder, 'components');
    return this.#foldersOf(join(this.#folder, 'overlays', overlay))
      .filter((folder) => resolve(folder, '..') === resolve(components))
      .map((folder) => relative(components, folder));
  }

  /**
   * Patches of `overlay` without which the output is the same; kustomize accepts a patch of a target that does not exist.
   * Patches that an earlier call has found effective are skipped.
   */
  async noOpPatches(overlay: string, scratch: string): Promise<string[]> {
    const whole = await this.render(overlay);
    const noOps: string[] = [];
    for (const folder of this.#foldersOf(join(this.#folder, 'overlays', overlay))) {
      const { patches } = read(folder);
      for (const [index, patch] of patches.entries()) {
        const key = `${folder} ${index}`;
        if (this.#effective.has(key)) continue;
        const copy = mkdtempSync(join(scratch, 'without-'));
        cpSync(this.#folder, copy, { recursive: true });
        const file = fileOf(join(copy, relative(this.#folder, folder)));
        writeFileSync(file, stringify({ ...read(folder), patches: patches.toSpliced(index, 1) }));
        const without = await new Kustomizations(this.#kubectl, copy).render(overlay).catch(() => undefined);
        rmSync(copy, { recursive: true });
        if (without === whole) noOps.push(`${relative(this.#folder, folder)}: ${JSON.stringify(patch)}`);
        else this.#effective.add(key);
      }
    }
    return noOps;
  }

  /** `start` and every kustomization that it includes. */
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

/** Empties the folder, or creates it. */
export const emptyScratch = (folder: string): string => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
};
