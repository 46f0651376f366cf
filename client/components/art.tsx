import { categoryOf } from '../lib/categories.ts';
import { dateParts } from '../lib/dates.ts';

const cuts = 4;

/** The same ticket always looks the same; its neighbours in a list mostly look different. */
const cutOf = (id: string): number =>
  Array.from(id).reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 9973, 7) % cuts;

/** The picture of an event, by its category, with the day in a corner. Decoration: the same is said in words nearby. */
export const Art = ({
  ticket,
  className = '',
}: {
  readonly ticket: {
    readonly id: string;
    readonly category?: string | undefined;
    readonly startsAt?: string | undefined;
  };
  readonly className?: string;
}) => {
  const day = ticket.startsAt === undefined ? undefined : dateParts(ticket.startsAt);
  return (
    <div
      className={`art art-${categoryOf(ticket.category).id} cut-${cutOf(ticket.id)} ${className}`}
      aria-hidden="true"
    >
      {day !== undefined && (
        <div className="date-block">
          <b>{day.day}</b>
          <span>{day.month}</span>
        </div>
      )}
    </div>
  );
};
