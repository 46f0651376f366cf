import { timesAroundGap, timesOf } from '@ticketing/common/time';
import type { ApiError } from '../api/api.ts';
import { formatTime } from '../dates.ts';
import { isolated } from '../isolated.ts';
import { answerTo, type FormDeps, type FormQuestion } from './form-state.ts';

/** When an event starts, or what has to be known first. */
export type Start =
  | { readonly startsAt: string; readonly timeZone: string }
  | { readonly errors: readonly ApiError[] }
  | { readonly isAsked: true };

/** Finds the moment of a local time at the venue. What is not certain is added to `questions`, answered or not. */
export const findStart = async (
  deps: Pick<FormDeps, 'timeZonesOf'>,
  form: FormData,
  values: Readonly<Record<'startsAt' | 'timeZone' | 'city', string>>,
  questions: FormQuestion[],
): Promise<Start> => {
  const zones = values.timeZone === '' ? await deps.timeZonesOf(values.city) : [values.timeZone];
  if (zones.length === 0)
    return { errors: [{ field: 'timeZone', message: 'Choose the time zone of the venue, which we do not know' }] };
  const timeZone = zones.length === 1 ? zones[0] : answerTo(form, questions, cityQuestion(values.city, zones));
  if (timeZone === undefined) return { isAsked: true };
  const times = timesOf(values.startsAt, timeZone);
  if (times === undefined) return { errors: [{ field: 'startsAt', message: 'Enter a date and a time' }] };
  const startsAt =
    times.length === 1
      ? times[0]?.toISOString()
      : answerTo(form, questions, clockQuestion(values.startsAt, timeZone, times));
  return startsAt === undefined ? { isAsked: true } : { startsAt, timeZone };
};

const cityQuestion = (city: string, zones: readonly string[]): FormQuestion => ({
  name: 'cityZone',
  text: `There are several places called ${isolated(city)}. Which time zone is the venue in?`,
  choices: zones.map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') })),
});

/** On the day on which the clocks change, a time does not exist or comes twice. */
const clockQuestion = (clock: string, timeZone: string, times: readonly Date[]): FormQuestion => {
  const time = clock.slice(clock.indexOf('T') + 1);
  const choices = times.length === 0 ? timesAroundGap(clock, timeZone) : times;
  return {
    name: 'startMoment',
    text:
      times.length === 0
        ? `The clocks at the venue go forward and never show ${time} on this day. When does the event start?`
        : `The clocks at the venue go back and show ${time} twice on this day. When does the event start?`,
    choices: choices.map((choice) => ({
      value: choice.toISOString(),
      label: formatTime(choice.toISOString(), timeZone),
    })),
  };
};
