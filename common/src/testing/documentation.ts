import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import * as events from '../events/index.ts';
import type { DescribedRoute } from './open-api.ts';

/** The table under a heading of a README: the cells of its rows, without back-quotes. */
export const readmeTable = (markdown: string, heading: string): string[][] => {
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

const definitionTypes = new Map<string, string>(
  Object.entries(events).flatMap(([name, value]) =>
    typeof value === 'object' && 'parse' in value && 'type' in value ? [[name, value.type]] : [],
  ),
);

/** The events whose definitions this source imports as values. */
const importedEvents = (source: string): string[] => {
  const imported = /import (?!type)\{([^}]*)\} from '@ticketing\/common\/events'/.exec(source)?.[1] ?? '';
  return imported
    .split(',')
    .flatMap((name) => definitionTypes.get(name.trim()) ?? [])
    .toSorted();
};

export interface Documented {
  /** `METHOD path: limit`. */
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
    routes: readmeTable(readme, 'Routes')
      .map(([route, , limit]) => `${route}: ${limit}`)
      .toSorted(),
    eventsIn: firstCells(readmeTable(readme, 'Events in')),
    eventsOut: firstCells(readmeTable(readme, 'Events out')),
    environment: readmeTable(readme, 'Environment')
      .map(([name = '', standard = '']) => (standard === '' ? name : `${name} = ${standard}`))
      .toSorted(),
  };
};

interface Implementation {
  readonly routes: readonly DescribedRoute[];
  readonly env: z.ZodRawShape;
  readonly aggregates: readonly Record<'events' | 'sideEvents', readonly { readonly type: string }[]>[];
}

type Types = readonly { readonly type: string }[];

const sorted = (types: readonly string[]): string[] => [...new Set(types)].toSorted();

/** @throws when a table of common/src/events lists other events for this service than its sources have. */
const requireListed = (
  table: Readonly<Record<string, Types>>,
  title: string,
  service: string,
  types: string[],
): void => {
  const listed = sorted(
    Object.entries(table).flatMap(([name, of]) => (name === service ? of.map(({ type }) => type) : [])),
  );
  if (types.join() !== listed.join())
    throw new Error(`${title} has "${listed.join()}" for ${service}, whose sources have "${types.join()}"`);
};

/** The same, as implemented. The events in are those that subscriptions.ts imports. */
export const implementedBy = async (service: URL, { routes, env, aggregates }: Implementation): Promise<Documented> => {
  const eventsIn = importedEvents(await readFile(new URL('src/subscriptions.ts', service), 'utf8'));
  const wiring = await readFile(new URL('src/service.ts', service), 'utf8');
  // Events of several aggregates may have one name.
  const eventsOut = sorted(
    aggregates.flatMap((aggregate) => [...aggregate.events, ...aggregate.sideEvents]).map(({ type }) => type),
  );
  const followed = [
    ...importedEvents(wiring),
    ...(wiring.includes('new SessionEndings(') ? [events.sessionEnded.type] : []),
  ];
  const name = service.pathname.split('/').at(-2) ?? '';
  requireListed(events.consumedEvents, 'consumedEvents in common/src/events/consumers.ts', name, eventsIn);
  requireListed(events.publishedEvents, 'publishedEvents in common/src/events/publishers.ts', name, eventsOut);
  requireListed(events.followedEvents, 'followedEvents in common/src/events/publishers.ts', name, sorted(followed));
  return {
    routes: routes.map(({ method, path, limit }) => `${method.toUpperCase()} ${path}: ${limit}`).toSorted(),
    eventsIn,
    eventsOut,
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
