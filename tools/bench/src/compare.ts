import type { Figure } from './figure.ts';

/** One figure of two runs. */
export interface Comparison {
  readonly name: string;
  readonly unit: string;
  /** Undefined where a run does not have it. */
  readonly before: number | undefined;
  readonly now: number | undefined;
  /** Now, of before. */
  readonly ratio: number | undefined;
  readonly verdict: 'better' | 'worse' | 'same' | 'new' | 'gone';
}

/** Two runs of one commit differ by as much. */
const noise = 0.05;

const verdictOf = (ratio: number, { atMost }: Figure): 'better' | 'worse' | 'same' => {
  if (Math.abs(ratio - 1) <= noise) return 'same';
  return ratio < 1 === atMost ? 'better' : 'worse';
};

/** Compares figures with those of another run by their names, in the order of this run. */
export const compare = (now: readonly Figure[], before: readonly Figure[]): Comparison[] => {
  const others = new Map(before.map((figure) => [figure.name, figure]));
  const compared = now.map((figure): Comparison => {
    const { name, unit, value } = figure;
    const other = others.get(name);
    others.delete(name);
    if (other === undefined) return { name, unit, before: undefined, now: value, ratio: undefined, verdict: 'new' };
    const ratio = value === other.value ? 1 : value / other.value;
    return { name, unit, before: other.value, now: value, ratio, verdict: verdictOf(ratio, figure) };
  });
  const gone = [...others.values()].map(({ name, unit, value }): Comparison => ({
    name,
    unit,
    before: value,
    now: undefined,
    ratio: undefined,
    verdict: 'gone',
  }));
  return [...compared, ...gone];
};

const text = (value: number | undefined): string => value?.toFixed(2) ?? '–';

/** One line of a comparison. */
export const comparisonLine = ({ name, unit, before, now, ratio, verdict }: Comparison): string =>
  `${verdict.padEnd(6)} ${(ratio === undefined ? '' : `× ${text(ratio)}`).padEnd(8)} ${name}: ${text(before)} → ${text(now)} ${unit}`.trimEnd();
