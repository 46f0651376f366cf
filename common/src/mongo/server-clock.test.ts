import { expect, test } from '@jest/globals';
import { ServerClock } from './server-clock.ts';

/** A clock whose own time is 30 s ahead of the server's, and whose next requests take `tripMs`. */
const openClock = () => {
  const time = { monotonic: 1_000, server: 1_000_000, own: 1_030_000, tripMs: 10, name: 'a' };
  const pass = (ms: number) => {
    time.monotonic += ms;
    time.server += ms;
  };
  const clock = new ServerClock(
    () => time.own,
    () => time.monotonic,
  );
  const read = () =>
    clock.read(
      async () => {
        pass(time.tripMs / 2);
        const localTime = new Date(time.server);
        pass(time.tripMs / 2);
        return { localTime };
      },
      (response) => ({ time: response.localTime, server: time.name }),
    );
  return { clock, time, pass, read };
};

test('When the server has not responded yet, then the time is this process’s', () => {
  expect(openClock().clock.now().getTime()).toBe(1_030_000);
});

test('When the server has responded, then the time is the server’s, and a jump of the own clock changes nothing', async () => {
  const { clock, time, pass, read } = openClock();
  await read();
  expect(clock.now().getTime()).toBe(time.server);
  pass(60_000);
  time.own += 3_600_000;
  expect(clock.now().getTime()).toBe(time.server);
});

test('When a response took longer than the last, then the more exact reading stays for 10 s', async () => {
  const { clock, time, pass, read } = openClock();
  await read();
  time.server += 500;
  time.tripMs = 100;
  await read();
  expect(clock.now().getTime()).toBe(time.server - 500);
  pass(10_000);
  await read();
  expect(clock.now().getTime()).toBe(time.server);
});

test('When another server has become primary, then its reading counts at once, even if its response took longer', async () => {
  const { clock, time, read } = openClock();
  await read();
  time.server += 500;
  time.tripMs = 100;
  time.name = 'b';
  await read();
  expect(clock.now().getTime()).toBe(time.server);
});

test('When the response carries no time, then the reading stays', async () => {
  const { clock, time, read } = openClock();
  await read();
  await clock.read(
    async () => ({}),
    () => undefined,
  );
  expect(clock.now().getTime()).toBe(time.server);
});
