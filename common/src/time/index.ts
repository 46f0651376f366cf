export {
  formatInFull,
  formatLocal,
  timesAroundGap,
  timesOf,
  wallClock,
  withOffset,
  zoneAbbreviation,
} from './local-time.ts';
export { isTimeZone } from './time-zone.ts';
