import type { ReactNode } from 'react';
import type { Ticket } from '../lib/api/schemas.ts';
import { formatDateTime } from '../lib/dates.ts';
import { placeLabel, seatLabel } from '../lib/ticket-labels.ts';
import { Icon, type IconName } from './icon.tsx';

const Fact = ({
  icon,
  term,
  children,
}: {
  readonly icon: IconName;
  readonly term: string;
  readonly children: ReactNode;
}) => (
  <div>
    <dt>
      <Icon name={icon} />
      <span>{term}</span>
    </dt>
    <dd className="mt-0.5 wrap-anywhere">{children}</dd>
  </div>
);

/** When and where an event is, and the seat of a ticket. */
export const Facts = ({
  of,
}: {
  readonly of: Pick<Ticket, 'startsAt' | 'timeZone' | 'venue' | 'city' | 'section' | 'row' | 'seat'>;
}) => {
  const place = placeLabel(of);
  const seat = seatLabel(of);
  if (of.startsAt === undefined && place === undefined && seat === undefined) return null;
  return (
    <dl className="facts mt-6 sm:grid-cols-2">
      {of.startsAt !== undefined && (
        <Fact icon="calendar" term="Starts">
          <time dateTime={of.startsAt}>{formatDateTime(of.startsAt, of.timeZone)}</time>
        </Fact>
      )}
      {place !== undefined && (
        <Fact icon="pin" term="Place">
          <bdi>{place}</bdi>
        </Fact>
      )}
      {seat !== undefined && (
        <Fact icon="armchair" term="Seat">
          <bdi>{seat}</bdi>
        </Fact>
      )}
    </dl>
  );
};
