import { readdir, readFile } from 'node:fs/promises';
import type { z } from 'zod';
import * as events from '../events/index.ts';

/** A table of a README: its rows' cells without back-quotes, under the heading that names it. */
const table = (markdown: string, heading: string): string[][] => {
  const start = markdown.indexOf(`\n## ${heading}\n`);
  if (start < 0) throw new Error(`README.md has no heading "## ${heading}"`);
  const section = markdown.slice(start + heading.length + 5).split(/\n## /)[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
};

const firstCells = (rows: readonly string[][]): string[] => rows.map((row) => row[0] ?? '').toSorted();

const sources = async (folder: URL): Promise<Map<string, string>> => {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const files = names.filter((name) => name.endsWith('.ts') && !name.includes('.test.'));
  return new Map(
    await Promise.all(files.map(async (name) => [name, await readFile(new URL(name, folder), 'utf8')] as const)),
  );
};

const definitionTypes = new Map<string, string>(
  Object.entries(events).flatMap(([name, value]) =>
    typeof value === 'object' && 'parse' in value && 'type' in value ? [[name, value.type]] : [],
  ),
);

/** The events whose definitions these sources import as values. */
const importedEvents = (texts: Iterable<string>): string[] => {
  const found = new Set<string>();
  for (const text of texts) {
    const imported = /import (?!type)\{([^}]*)\} from '@ticketing\/common\/events'/.exec(text)?.[1] ?? '';
    for (const name of imported.split(',')) {
      const type = definitionTypes.get(name.trim());
      if (type !== undefined) found.add(type);
    }
  }
  return [...found].toSorted();
};

export interface Documented {
  readonly routes: string[];
  readonly eventsIn: string[];
  readonly eventsOut: string[];
  /** `NAME = default`, or `NAME` where there is none. */
  readonly environment: string[];
}

/** What a service's README says in its tables `Routes`, `Events in`, `Events out` and `Environment`. */
export const documentedBy = async (service: URL): Promise<Documented> => {
  const readme = await readFile(new URL('README.md', service), 'utf8');
  return {
    routes: firstCells(table(readme, 'Routes')),
    eventsIn: firstCells(table(readme, 'Events in')),
    eventsOut: firstCells(table(readme, 'Events out')),
    environment: table(readme, 'Environment')
      .map(([name = '', standard = '']) => (standard === '' ? name : `${name} = ${standard}`))
      .toSorted(),
  };
};

/** What a definition says of the events that an aggregate publishes. */
interface PublishedEvents {
  readonly events: readonly { readonly type: string }[];
  readonly sideEvents: readonly { readonly type: string }[];
}

/** The same, as implemented: app.ts, the events imported by subscriptions.ts, its aggregates' events, the schema of its environment. */
export const implementedBy = async (
  service: URL,
  env: z.ZodRawShape,
  aggregates?: readonly PublishedEvents[],
): Promise<Documented> => {
  const src = new URL('src/', service);
  const [app, subscriptions, listeners, commands] = await Promise.all([
    readFile(new URL('app.ts', src), 'utf8'),
    readFile(new URL('subscriptions.ts', src), 'utf8'),
    sources(new URL('listeners/', src)),
    sources(new URL('commands/', src)),
  ]);
  const subscribed = [...listeners].filter(([name]) => subscriptions.includes(`./listeners/${name}`));
  return {
    routes: [...app.matchAll(/on\.(get|post|put|delete)\(\s*'([^']+)'/g)]
      .map(([, method = '', path = '']) => `${method.toUpperCase()} ${path}`)
      .toSorted(),
    eventsIn: importedEvents([subscriptions, ...subscribed.map(([, text]) => text)]),
    eventsOut:
      aggregates
        ?.flatMap((aggregate) => [...aggregate.events, ...aggregate.sideEvents])
        .map(({ type }) => type)
        .toSorted() ?? importedEvents(commands.values()),
    environment: Object.entries(env)
      .map(([name, schema]) => {
        const standard = '~standard' in schema ? defaultOf(schema) : undefined;
        return standard === undefined ? name : `${name} = ${standard}`;
      })
      .toSorted(),
  };
};

const defaultOf = (schema: unknown): string | undefined => {
  if (typeof schema !== 'object' || schema === null || !('def' in schema)) return undefined;
  const { def } = schema;
  return typeof def === 'object' && def !== null && 'defaultValue' in def ? String(def.defaultValue) : undefined;
};
