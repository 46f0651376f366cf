import { z } from 'zod';
import { costNames, sizeOf, utilisation, type Cost, type Costs, type Sale } from './size-sale.ts';

const processes = [
  'mongod',
  'auth',
  'tickets',
  'orders',
  'payments',
  'expiration',
  'notifications',
  'nats',
  'redis',
  'router',
  'client',
] as const;

/** The sale of the document, in ten minutes and in one. */
const sale = { buyers: 1_000_000, tickets: 100_000, orders: 3, reads: 10, pages: 1 };
const durations = [600, 60] as const;
const sales: readonly Sale[] = durations.map((seconds) => ({ ...sale, seconds }));

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const table = (heading: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(heading), row(heading.map(() => '---')), ...rows.map(row)].join('\n');

const parts = {
  costs: ['<!-- costs -->', '<!-- end of costs -->'],
  needs: ['<!-- needs -->', '<!-- end of needs -->'],
} as const;

const spanOf = (document: string, part: keyof typeof parts): readonly [number, number] => {
  const [begin, end] = parts[part];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/scale-out.md has no ${begin}`);
  return [from + begin.length, to];
};

const withPart = (document: string, part: keyof typeof parts, content: string): string => {
  const [from, to] = spanOf(document, part);
  return `${document.slice(0, from)}\n${content}\n${document.slice(to)}`;
};

const cellsOf = (line: string): string[] => line.split('|').map((cell) => cell.trim());

/** @throws when the table lacks a cost. */
export const readCosts = (document: string): Costs => {
  const lines = document.slice(...spanOf(document, 'costs')).split('\n');
  const costOf = (name: string): Cost => {
    const found = lines.map(cellsOf).find((line) => line[1] === name);
    const cost = processes.map((process, index) => [process, Number(found?.[index + 2] ?? NaN)] as const);
    if (cost.some(([, value]) => Number.isNaN(value))) throw new Error(`docs/scale-out.md has no costs of ${name}`);
    return Object.fromEntries(cost);
  };
  const [sold, refused, read, page] = costNames;
  return { [sold]: costOf(sold), [refused]: costOf(refused), [read]: costOf(read), [page]: costOf(page) };
};

const cpu = z.record(z.string(), z.number());
const Measured = z.object({
  journeys: z.object({ cpuMilliseconds: cpu }).optional(),
  orders: z.object({ refusalCpuMilliseconds: cpu }).optional(),
  list: z.object({ cpuMilliseconds: cpu }).optional(),
  pages: z.object({ home: z.object({ rendered: z.object({ cpu: z.number(), siteCpu: z.number() }) }) }).optional(),
});

/** The costs with those that a results file of the benchmark has in place of the earlier ones. */
export const measuredCosts = (results: unknown, earlier: Costs): Costs => {
  const { journeys, orders, list, pages } = Measured.parse(results);
  // Buyers have a session, and pages with one are rendered for each request.
  const page = pages?.home.rendered;
  return {
    'a sale': journeys?.cpuMilliseconds ?? earlier['a sale'],
    'a refused order': orders?.refusalCpuMilliseconds ?? earlier['a refused order'],
    'a read': list?.cpuMilliseconds ?? earlier['a read'],
    // What is not the site's is the router's, and next to nothing of the services'.
    'a page': page === undefined ? earlier['a page'] : { client: page.siteCpu, router: page.cpu - page.siteCpu },
  };
};

/** The document with these costs in its table. */
export const withCosts = (document: string, costs: Costs): string =>
  withPart(
    document,
    'costs',
    table(
      ['CPU ms of', ...processes],
      costNames.map((name) => [
        name,
        ...processes.map((process) => (Math.round(Math.max(0, costs[name][process] ?? 0) * 100) / 100).toString()),
      ]),
    ),
  );

const perSecond = (value: number): string => Math.round(value).toLocaleString('en-US');
const planned = (cores: number): string => `${cores.toFixed(1)} → ${Math.ceil(cores / utilisation)}`;

/** The document with what its costs give. */
export const withNeeds = (document: string): string => {
  const needs = sales.map((one) => sizeOf(one, readCosts(document)));
  const each = (text: (needed: (typeof needs)[number]) => string): string[] => needs.map(text);
  const total = ({ cores }: (typeof needs)[number]) => Object.values(cores).reduce((sum, value) => sum + value, 0);
  return withPart(
    document,
    'needs',
    table(
      ['of the sale', ...durations.map((seconds) => `in ${seconds} s`)],
      [
        ['sales a second', ...each(({ rates }) => perSecond(rates['a sale']))],
        ['refused orders a second', ...each(({ rates }) => perSecond(rates['a refused order']))],
        ['reads a second', ...each(({ rates }) => perSecond(rates['a read']))],
        ['pages a second', ...each(({ rates }) => perSecond(rates['a page']))],
        ...processes.map((process) => [
          `\`${process}\`: busy cores → planned`,
          ...each(({ cores }) => planned(cores[process] ?? 0)),
        ]),
        ['all: busy cores → planned', ...each((needed) => planned(total(needed)))],
        ['publications a second', ...each(({ publications }) => perSecond(publications))],
        ['partitions of the stream', ...each(({ partitions }) => String(partitions))],
        ['replicas of `tickets` for a stream for every buyer', ...each(({ streamReplicas }) => String(streamReplicas))],
      ],
    ),
  );
};
