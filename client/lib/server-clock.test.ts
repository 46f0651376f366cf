import { expect, test } from '@jest/globals';
import { formatCountdown, refineClock, secondsLeft, serverTime, speakCountdown } from './server-clock.ts';

const noon = Date.parse('2026-03-14T12:00:00Z');

test('When the local clock is hours wrong, then the time left is the server’s', () => {
  const reading = { server: noon, local: 5_000 };
  expect(serverTime(reading, 65_000)).toBe(noon + 60_000);
  expect(secondsLeft(noon + 900_000, serverTime(reading, 65_000))).toBe(840);
});

test('When an answer agrees with the reading, then the reading stays', () => {
  const reading = { server: noon, local: 0 };
  const refined = refineClock(reading, { date: 'Sat, 14 Mar 2026 12:00:10 GMT', sentAt: 10_300, receivedAt: 10_400 });
  expect(serverTime(refined, 10_400)).toBe(noon + 10_400);
});

test('When the reading was late, then an answer brings it forward', () => {
  const reading = { server: noon, local: 3_000 };
  const refined = refineClock(reading, { date: 'Sat, 14 Mar 2026 12:00:10 GMT', sentAt: 10_000, receivedAt: 10_020 });
  expect(serverTime(refined, 10_020)).toBe(noon + 10_000);
});

test('When the reading was ahead, then an answer brings it back', () => {
  const reading = { server: noon + 60_000, local: 0 };
  const refined = refineClock(reading, { date: 'Sat, 14 Mar 2026 12:00:01 GMT', sentAt: 1_000, receivedAt: 1_200 });
  expect(serverTime(refined, 1_200)).toBe(noon + 2_200);
});

test.each([undefined, 'soon'])('When the answer has the date %j, then the reading stays', (date) => {
  const reading = { server: noon, local: 0 };
  expect(refineClock(reading, { date, sentAt: 0, receivedAt: 1 })).toBe(reading);
});

test.each([
  [1, 1],
  [999, 1],
  [1_000, 1],
  [1_001, 2],
  [0, 0],
  [-5_000, 0],
])('When %d ms are left, then the countdown says %d s', (ms, seconds) => {
  expect(secondsLeft(noon + ms, noon)).toBe(seconds);
});

test.each([
  [900, '15:00', '15 minutes'],
  [61, '01:01', '1 minute 1 second'],
  [0, '00:00', '0 seconds'],
  [3_725, '1:02:05', '62 minutes 5 seconds'],
])('When %d seconds are left, then it reads %s and sounds %s', (seconds, text, spoken) => {
  expect(formatCountdown(seconds)).toBe(text);
  expect(speakCountdown(seconds)).toBe(spoken);
});
