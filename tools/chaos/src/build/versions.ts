import { services } from '@ticketing/launcher/topology';
import { renameSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const portsFile = 'next-ports.json';

/** Starts the next version at the ports that the file lists, and the present one at all others. */
const chooser = (present: string, next: string): string => `
import { readFileSync } from 'node:fs';
const nextPorts = JSON.parse(readFileSync(new URL('../${portsFile}', import.meta.url), 'utf8'));
await import(nextPorts.includes(process.env.PORT) ? ${JSON.stringify(next)} : ${JSON.stringify(present)});
`;

/** A test build of two versions: which of them a replica runs is decided when it starts, by its port. */
export interface Versions {
  /** From its next start on, the replica at this address runs the next version, or the present one. */
  set(url: string, version: 'present' | 'next'): void;
}

/** Writes a test build to `directory`, whose services start the bundles that the two functions name. */
export const writeVersions = async (
  directory: string,
  bundles: { readonly present: (service: string) => string; readonly next: (service: string) => string },
): Promise<Versions> => {
  const nextPorts = new Set<string>();
  const path = join(directory, portsFile);
  const writePorts = () => {
    writeFileSync(`${path}.new`, JSON.stringify([...nextPorts]));
    renameSync(`${path}.new`, path);
  };
  for (const service of services) {
    await mkdir(join(directory, service), { recursive: true });
    await writeFile(join(directory, service, 'index.mjs'), chooser(bundles.present(service), bundles.next(service)));
  }
  writePorts();
  return {
    set: (url, version) => {
      const { port } = new URL(url);
      if (version === 'next') nextPorts.add(port);
      else nextPorts.delete(port);
      writePorts();
    },
  };
};
