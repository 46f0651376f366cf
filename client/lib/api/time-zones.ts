import { create } from 'axios';
import { z } from 'zod/mini';

const timeoutMs = 5_000;
const timeZones = z.array(z.string());

/** The time zones of the cities with this name, as the site's server knows them; none if it does not respond. */
export const askTimeZonesOf = async (city: string): Promise<readonly string[]> => {
  try {
    const { data } = await create({ timeout: timeoutMs }).get<unknown>('/time-zones', { params: { city } });
    return timeZones.parse(data);
  } catch {
    return [];
  }
};
