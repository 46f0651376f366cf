import type { NextRequest } from 'next/server';
import { timeZonesOfCity } from '../../lib/server/city-time-zones.ts';

/** The time zones of the cities with the name `?city=`, for forms that are sent by the browser itself. */
export const GET = (request: NextRequest): Response =>
  Response.json(timeZonesOfCity(request.nextUrl.searchParams.get('city') ?? ''));
