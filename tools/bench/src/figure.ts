/** A measured value and what it may be. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly bound: number;
  readonly unit: string;
  /** Whether the bound is the most that the value may be, else the least. */
  readonly atMost: boolean;
}

export const atMost = (name: string, value: number, bound: number, unit: string): Figure => ({
  name,
  value,
  bound,
  unit,
  atMost: true,
});

export const atLeast = (name: string, value: number, bound: number, unit: string): Figure => ({
  ...atMost(name, value, bound, unit),
  atMost: false,
});

export const isWithinBound = ({ value, bound, atMost: most }: Figure): boolean =>
  most ? value <= bound : value >= bound;

/** Of a figure with its unit and bound. */
export const valueText = ({ value, bound, unit, atMost: most }: Figure): string =>
  `${value.toFixed(2)} ${unit} (${most ? '≤' : '≥'} ${bound})`;
