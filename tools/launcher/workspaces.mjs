import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { root } from './bootstrap.mjs';

// Reads the workspaces from package.json, for the test runner, Jest, the linters, the launcher and the CI matrix. Runs on
// Node 20 without dependencies.

/**
 * The field `ticketing` of a workspace's package.json.
 * @typedef {object} Description
 * @property {'service' | 'process'} [kind] A service, or another process that is bundled before it runs.
 * @property {string[]} [routes] Path prefixes of the requests that the router sends to the service.
 * @property {string[]} [settings] Environment variables that the launcher sets for the service, besides those of every service.
 * @property {boolean} [testServers] Its tests need MongoDB, NATS and Redis.
 */

/**
 * @typedef {object} Workspace
 * @property {string} name Last part of its path: `orders`, `chaos`.
 * @property {string} folder Path from the root: `orders`, `tools/chaos`.
 * @property {Description} description
 * @property {boolean} hasTests
 */

/** @param {string} file @returns {any} */
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

const ignored = new Set(['node_modules', 'dist', '.next', 'results']);

/** @param {string} folder @returns {boolean} */
const holdsTests = (folder) =>
  readdirSync(folder, { withFileTypes: true }).some((entry) =>
    entry.isDirectory()
      ? !ignored.has(entry.name) && holdsTests(join(folder, entry.name))
      : /\.test\.(tsx?|mjs)$/.test(entry.name),
  );

/**
 * Every workspace, in the order of package.json; `tools/*` stands for each folder in it that has a package.json.
 * @param {string} [base] Root of the repository.
 * @returns {Workspace[]}
 */
export const readWorkspaces = (base = root) =>
  readJson(join(base, 'package.json'))
    .workspaces.flatMap((/** @type {string} */ pattern) =>
      pattern.endsWith('/*')
        ? readdirSync(join(base, pattern.slice(0, -2)))
            .map((name) => `${pattern.slice(0, -2)}/${name}`)
            .filter((folder) => existsSync(join(base, folder, 'package.json')))
            .toSorted()
        : [pattern],
    )
    .map((/** @type {string} */ folder) => ({
      name: basename(folder),
      folder,
      description: readJson(join(base, folder, 'package.json')).ticketing ?? {},
      hasTests: holdsTests(join(base, folder)),
    }));

/** The services, in the order in which they are started. */
export const readServices = (base = root) =>
  readWorkspaces(base).filter(({ description }) => description.kind === 'service');

// node tools/launcher/workspaces.mjs: the workspaces with tests as a JSON array, for the CI matrix. The end-to-end tests
// have a job of their own.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const tested = readWorkspaces().filter(({ name, hasTests }) => hasTests && name !== 'e2e');
  process.stdout.write(`${JSON.stringify(tested.map(({ name }) => name))}\n`);
}
