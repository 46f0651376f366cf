import { formatLocal, zoneAbbreviation } from '@ticketing/common/time';

/** An ISO time → `Friday, 1 May 2026 at 22:00 CEST`; without a time zone in UTC. */
export const formatTime = (time: string, timeZone?: string): string => {
  const at = new Date(time);
  const text = formatLocal(at, timeZone, { locale: 'en-GB', dateStyle: 'full', timeStyle: 'short' });
  return `${text} ${zoneAbbreviation(at, timeZone)}`;
};
