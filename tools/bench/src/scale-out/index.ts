import { root } from '@ticketing/launcher/paths';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readResults } from '../results.ts';
import { measuredCosts, readCosts, withCosts, withNeeds } from './document.ts';

/** Writes the costs of a results file, if one is given, into docs/scale-out.md, and what a sale needs by the costs there. */
const [, , file] = process.argv;
const path = join(root, 'docs', 'scale-out.md');
const document = await readFile(path, 'utf8');
const costs = file === undefined ? readCosts(document) : measuredCosts(await readResults(file), readCosts(document));
await writeFile(path, withNeeds(withCosts(document, costs)));
