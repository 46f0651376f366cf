import { expect, test } from '@jest/globals';
import { formatCountdown, refineClock, secondsLeft, serverTime, speakCountdown } from './server-clock.ts';

const noon = Date.parse('2026-03-14T12:00:00Z');

test('When the local clock is wrong by hours, then the time left is by the server’s clock', () => {
  const reading = { server: noon, local: 5_000 };
  expect(serverTime(reading, 65_000)).toBe(noon + 60_000);
  expect(secondsLeft(noon + 900_000, serverTime(reading, 65_000))).toBe(840);
});

test('When a response agrees with the reading, then the reading stays', () => {
  const reading = { server: noon, local: 0 };
  const refined = refineClock(reading, { date: 'Sat, 14 Mar 2026 12:00:10 GMT', sentAt: 10_300, receivedAt: 10_400 });
  expect(serverTime(refined, 10_400)).toBe(noon + 10_400);
});

test('When the reading was behind, then a response moves it forward', () => {
  const reading = { server: noon, local: 3_000 };
  const refined = refineClock(reading, { date: 'Sat, 14 Mar 2026 12:00:10 GMT', sentAt: 10_000, receivedAt: 10_020 });
  expect(serverTime(refined, 10_020)).toBe(noon + 10_000);
});

test('When the reading was ahead, then a response moves it back', () => {
  const reading = { server: noon + 60_000, local: 0 };
  const refined = refineClock(reading, { date: 'Sat, 14 Mar 2026 12:00:01 GMT', sentAt: 1_000, receivedAt: 1_200 });
  expect(serverTime(refined, 1_200)).toBe(noon + 2_200);
});

test.each([undefined, 'soon'])('When the response has the date %j, then the reading stays', (date) => {
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
])('When %d ms are left, then the countdown shows %d s', (ms, seconds) => {
  expect(secondsLeft(noon + ms, noon)).toBe(seconds);
});

test.each([
  [900, '15:00', '15 minutes'],
  [61, '01:01', '1 minute 1 second'],
  [0, '00:00', '0 seconds'],
  [3_725, '1:02:05', '62 minutes 5 seconds'],
])('When %d seconds are left, then it is shown as %s and spoken as %s', (seconds, text, spoken) => {
  expect(formatCountdown(seconds)).toBe(text);
  expect(speakCountdown(seconds)).toBe(spoken);
});
