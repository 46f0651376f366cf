import type { Expectation, Judgement, Observation } from './judge.ts';
import { isCounted, type Group } from './sampler.ts';

/** Everything that was observed of one size, and what it says. */
export interface Series {
  readonly group: Group;
  readonly name: string;
  readonly observations: readonly Observation[];
  readonly judgement: Judgement;
}

const KB = 1_024;
const MB = 1_024 * KB;

const formatBytes = (bytes: number): string => {
  const size = Math.abs(bytes);
  if (size >= MB) return `${(bytes / MB).toFixed(size >= 100 * MB ? 0 : 1)} MB`;
  return size >= KB ? `${(bytes / KB).toFixed(size >= 100 * KB ? 0 : 1)} KB` : `${bytes.toFixed(0)} B`;
};

/** A value of a series of this group, with its unit. */
export const formatValue = (group: Group, value: number): string =>
  isCounted(group) ? value.toFixed(Math.abs(value) < 10 ? 1 : 0) : formatBytes(value);

const formatExpectation = (group: Group, expectation: Expectation): string => {
  switch (expectation.kind) {
    case 'flat':
      return 'flat';
    case 'grows':
      return `${formatValue(group, expectation.perJourney)} a journey: ${expectation.because}`;
    case 'at most':
      return `${formatValue(group, expectation.value)}: ${expectation.because}`;
  }
};

export const headings = ['what', 'at half time', 'at the end', 'in an hour', '±', 'a journey', 'may be', ''];

export const rowOf = ({ group, name, judgement }: Series): string[] => {
  const { expectation, first, last, hourly, perJourney, problem } = judgement;
  const format = (value: number) => formatValue(group, value);
  return [
    `${group}: ${name}`,
    format(first),
    format(last),
    format(hourly.slope),
    format(hourly.margin),
    expectation.kind === 'grows' ? format(perJourney.slope) : '',
    formatExpectation(group, expectation),
    problem ?? 'ok',
  ];
};

interface Run {
  readonly began: Date;
  readonly minutes: number;
  readonly machine: string;
  /** Journeys a second that the product managed before. */
  readonly fullRate: number;
  readonly journeys: number;
  readonly problems: readonly string[];
  readonly series: readonly Series[];
}

/** For the document, where collections that do not grow are left out. */
const isShown = ({ group, judgement: { expectation, problem } }: Series): boolean =>
  (group !== 'collection' && group !== 'open files') || expectation.kind !== 'flat' || problem !== undefined;

const markdownRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const markdownOf = ({ began, minutes, machine, fullRate, journeys, problems, series }: Run): string => {
  const perSecond = journeys / (minutes * 60);
  const verdict =
    problems.length === 0
      ? 'Memory is flat, and every store grows by no more than it may.'
      : `**Failed:** ${problems.join('; ')}`;
  return [
    `Run on ${began.toISOString().slice(0, 10)} (${machine}): ${minutes} minutes at ${perSecond.toFixed(1)} journeys a second, ${journeys} in all; the full rate`,
    `was ${fullRate.toFixed(1)} a second just before. ${verdict}`,
    '',
    '![Memory of every process and size of every store over time](images/soak.svg)',
    '',
    markdownRow(headings),
    markdownRow(headings.map(() => '---')),
    ...series.filter(isShown).map((one) => markdownRow(rowOf(one))),
    '',
  ].join('\n');
};

/** What a run has found: as JSON without the observations, and as the text of the document. */
export const resultsOf = (run: Run) => ({
  json: {
    date: run.began.toISOString(),
    minutes: run.minutes,
    machine: run.machine,
    journeysASecondAtFullRate: run.fullRate,
    journeys: run.journeys,
    problems: run.problems,
    series: run.series.map(({ group, name, judgement }) => ({ group, name, ...judgement })),
  },
  markdown: markdownOf(run),
});

const heading = '## Results\n';

/** The document with these results in place of the last ones, which are its end. */
export const publishedIn = (document: string, markdown: string): string => {
  const at = document.indexOf(heading);
  if (at < 0) throw new Error(`docs/soak.md has no heading "${heading.trim()}"`);
  return `${document.slice(0, at)}${heading}${markdown}`;
};
