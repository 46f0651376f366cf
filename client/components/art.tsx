import { categoryOf } from '../lib/categories.ts';
import { dateParts } from '../lib/dates.ts';

const crops = 4;

/** A ticket always gets the same crop; its neighbours in a list mostly get others. */
const cropOf = (id: string): number =>
  Array.from(id).reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 9973, 7) % crops;

/** The picture of an event's category with the date in a corner. Decorative: the text beside it says the same. */
export const Art = ({
  ticket,
  className = '',
}: {
  readonly ticket: {
    readonly id: string;
    readonly category?: string | undefined;
    readonly startsAt?: string | undefined;
    readonly timeZone?: string | undefined;
  };
  readonly className?: string;
}) => {
  const day = ticket.startsAt === undefined ? undefined : dateParts(ticket.startsAt, ticket.timeZone);
  return (
    <div
      className={`art art-${categoryOf(ticket.category).id} crop-${cropOf(ticket.id)} ${className}`}
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
