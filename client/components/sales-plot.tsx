import type { SalesSummary } from '../lib/api/summaries.ts';
import { priceLabel } from '../lib/money.ts';
import { plural } from '../lib/plural.ts';
import { allPeriods, axisEnd, periodLabel, type Period } from '../lib/sales-periods.ts';

/** Units of the picture, which is stretched to the width of the page. */
const bar = { width: 10, gap: 1.5 };
const height = 100;

/** The bars alone: text in a picture that is stretched would be stretched too. */
const Bars = ({
  periods,
  end,
  label,
  textOf,
}: {
  readonly periods: readonly Period[];
  readonly end: number;
  readonly label: string;
  readonly textOf: (period: Period) => string;
}) => {
  const width = periods.length * bar.width;
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      className="h-40 w-full border-y border-line"
    >
      <line x2={width} y1={height / 2} y2={height / 2} className="plot-line" />
      {periods.map((period, index) => {
        const top = height - (period.proceeds / end) * height;
        return (
          <g key={period.from}>
            <title>{textOf(period)}</title>
            <rect x={index * bar.width} width={bar.width} height={height} className="fill-transparent" />
            <rect
              x={index * bar.width + bar.gap}
              y={top}
              width={bar.width - 2 * bar.gap}
              height={height - top}
              className="fill-pine"
            />
          </g>
        );
      })}
    </svg>
  );
};

/** A seller's proceeds over time as bars, and a table that says the same. */
export const SalesPlot = ({ summary, now }: { readonly summary: SalesSummary; readonly now: Date }) => {
  const { currency, unit } = summary;
  const periods = allPeriods(summary, now);
  const money = (price: number): string => priceLabel({ price, currency });
  const nameOf = ({ from }: Period): string => periodLabel(unit, from);
  const textOf = (period: Period): string => `${nameOf(period)}: ${period.sales} sold, ${money(period.proceeds)}`;
  const [first, last] = [periods[0], periods.at(-1)];
  const best = periods.toSorted((one, other) => other.proceeds - one.proceeds)[0];
  if (first === undefined || last === undefined || best === undefined) return null;
  const end = axisEnd(best.proceeds);
  return (
    <section className="panel px-4 py-4 sm:px-5" aria-labelledby="over-time">
      <h2 id="over-time" className="text-xl font-semibold">
        Sales over time
      </h2>
      <p className="mt-1 text-sm text-muted">
        {`What you get of the tickets sold in each ${unit}, less what was returned. Days begin at midnight UTC.`}
      </p>
      <div className="mt-4" data-testid="sales-plot">
        <p className="text-sm text-muted tabular-nums">{money(end)}</p>
        <Bars
          periods={periods}
          end={end}
          textOf={textOf}
          label={`Bar chart of your proceeds by ${unit}, from ${nameOf(first)} to ${nameOf(last)}. The highest bar is ${textOf(best)}. The table below has the same numbers.`}
        />
        <p className="mt-1 flex justify-between gap-4 text-sm text-muted">
          <span>{nameOf(first)}</span>
          <span className="text-right">{nameOf(last)}</span>
        </p>
      </div>
      <details className="mt-2">
        <summary className="link inline-flex min-h-11 items-center">Show the numbers as a table</summary>
        <table className="plot-table" data-testid="sales-table">
          <caption className="sr-only">{`Tickets sold and proceeds by ${unit}`}</caption>
          <thead>
            <tr>
              <th scope="col" className="capitalize">
                {unit}
              </th>
              <th scope="col">Sold</th>
              <th scope="col">Proceeds</th>
            </tr>
          </thead>
          <tbody>
            {periods.map((period) => (
              <tr key={period.from}>
                <th scope="row">{nameOf(period)}</th>
                <td>{period.sales}</td>
                <td>{money(period.proceeds)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{`All ${plural(periods.length, unit)}`}</th>
              <td>{summary.sales}</td>
              <td>{money(summary.proceeds)}</td>
            </tr>
          </tfoot>
        </table>
      </details>
    </section>
  );
};
