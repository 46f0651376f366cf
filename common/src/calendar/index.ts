export { calendarEntry } from './calendar-entry.ts';
