import { expect, test } from '@jest/globals';
import { judge, type Expectation, type Observation } from './judge.ts';
import { fitTrend } from './trend.ts';

const MB = 1_024 * 1_024;
const flat: Expectation = { kind: 'flat', smallStep: 3 };

/** Of about a normal distribution with this standard deviation, the same in each run. */
const noiseOf = (seed: number, deviation: number): (() => number) => {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return () => deviation * (uniform() + uniform() + uniform() + uniform()) * Math.sqrt(3);
};

/** A sample every 10 s for 30 minutes, at 10 journeys a second. */
const observe = (valueAt: (seconds: number) => number): Observation[] =>
  Array.from({ length: 181 }, (_, index) => ({
    seconds: index * 10,
    journeys: index * 100,
    value: valueAt(index * 10),
  }));
const half = 900;

const seeds = Array.from({ length: 200 }, (_, index) => index * 7_919 + 1);

test('When memory grows by 1 MB a minute beneath noise of 5 MB, then it is named, whatever the noise', () => {
  const problems = seeds.map((seed) => {
    const noise = noiseOf(seed, 5 * MB);
    return judge(
      observe((seconds) => 150 * MB + (seconds / 60) * MB + noise()),
      half,
      flat,
    ).problem;
  });
  expect(problems.filter((problem) => problem !== 'grows')).toEqual([]);
});

test.each([
  [3, 5],
  [5, 5],
  [5, 50],
  [7, 50],
])(
  'When memory grows in steps, every %i minutes by %i MB, then it is named, wherever the steps are',
  (minutes, size) => {
    const problems = [0.2, 2].flatMap((deviation) =>
      seeds.map((seed) => {
        const noise = noiseOf(seed, deviation * MB);
        const every = minutes * 60;
        const steps = observe(
          (seconds) => 80 * MB + Math.floor((seconds + (seed % every)) / every) * size * MB + noise(),
        );
        return judge(steps, half, flat).problem;
      }),
    );
    expect(problems).not.toContain(undefined);
  },
);

test('When memory falls again and again to where it was, then it is flat', () => {
  const problems = [200, 400, 600, 800].flatMap((every) =>
    seeds.map(
      (seed) =>
        judge(
          observe((seconds) => (150 + ((seconds + seed) % every) / 10) * MB),
          half,
          flat,
        ).problem,
    ),
  );
  expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
});

/** In MB: a collection at 600 s, and two steps back. */
const takesBack = (seconds: number): number =>
  seconds < 600 ? 300 : Math.min(300, 180 + 60 * Math.floor((seconds - 600) / 400));

test('When memory takes back in steps what it had before it was judged, then it is flat', () => {
  expect(
    judge(
      observe((seconds) => takesBack(seconds) * MB),
      half,
      flat,
    ).problem,
  ).toBeUndefined();
});

test('When memory only makes noise, wanders or rises once in a step, then it is flat', () => {
  const kinds: readonly ((seed: number) => (seconds: number) => number)[] = [
    (seed) => {
      const noise = noiseOf(seed, 5 * MB);
      return () => 150 * MB + noise();
    },
    (seed) => {
      const noise = noiseOf(seed, 5 * MB);
      let wandering = 0;
      return () => {
        wandering = 0.9 * wandering + noise();
        return 150 * MB + wandering;
      };
    },
    (seed) => {
      const noise = noiseOf(seed, 0.2 * MB);
      const at = half + (seed % 800);
      return (seconds) => (seconds < at ? 150 : 155) * MB + noise();
    },
  ];
  // Half an hour is short for a series that wanders for minutes: one in a hundred may look as if it grew.
  const mayBeNamed = [0, 2, 0];
  kinds.forEach((kind, index) => {
    const problems = seeds.map((seed) => judge(observe(kind(seed)), half, flat).problem);
    const named = problems.filter((problem) => problem !== undefined).length;
    expect(named).toBeLessThanOrEqual(mayBeNamed[index] ?? 0);
  });
});

test('When a cache fills before half time, then that is not held against it', () => {
  const fills = observe((seconds) => Math.min(seconds, half) * MB);
  expect(judge(fills, half, flat).problem).toBeUndefined();
  const filling = fills.filter(({ seconds }) => seconds <= half);
  expect(judge(filling, half / 2, flat).problem).toBe('grows');
});

test('When a constant changes by one at the end, then it is flat, and when it counts up slowly, then it grows', () => {
  expect(
    judge(
      observe((seconds) => (seconds < 1_790 ? 28 : 29)),
      half,
      flat,
    ).problem,
  ).toBeUndefined();
  expect(
    judge(
      observe((seconds) => 28 + Math.floor(seconds / 120)),
      half,
      flat,
    ).problem,
  ).toBe('grows');
});

test('When a pool opens two connections late and keeps them, then it is flat, and when it opens one every minute, then it grows', () => {
  const files: Expectation = { kind: 'flat', smallStep: 3, mayGain: 3 };
  const judged = (countAt: (seconds: number) => number) =>
    new Set(
      seeds.map((seed) => {
        const noise = noiseOf(seed, 1.5);
        return judge(
          observe((seconds) => Math.round(40 + countAt(seconds) + noise())),
          half,
          files,
        ).problem;
      }),
    );
  expect(judged((seconds) => (seconds < 1_350 ? 0 : 2))).toEqual(new Set([undefined]));
  expect(judged((seconds) => Math.floor(seconds / 60))).toEqual(new Set(['grows']));
});

/** Grows by so many bytes a second, beneath noise. */
const storeOf = (perSecond: number): Observation[] => {
  const noise = noiseOf(1, 10_000);
  return observe((seconds) => seconds * perSecond + noise());
};

test('When a store grows by what a journey may take, then it is right, and by more, then it is named', () => {
  const grows: Expectation = { kind: 'grows', perJourney: 1_000, because: 'for good' };
  const { problem, perJourney } = judge(storeOf(9_000), half, grows);
  expect([problem, Math.round(perJourney.slope / 10)]).toEqual([undefined, 90]);
  expect(judge(storeOf(11_000), half, grows).problem).toBe('grows by more for each journey than it may');
});

test('When a store is above its bound once, then it is named', () => {
  const atMost: Expectation = { kind: 'at most', value: 100, because: 'of its bound' };
  expect(
    judge(
      observe(() => 100),
      half,
      atMost,
    ).problem,
  ).toBeUndefined();
  expect(
    judge(
      observe((seconds) => (seconds === 1_000 ? 101 : 50)),
      half,
      atMost,
    ).problem,
  ).toBe('is above its bound');
});

test('When there are too few points for a line, then nothing is certain', () => {
  expect(fitTrend([{ x: 0, y: 1 }])).toEqual({ mean: 1, slope: 0, margin: Number.POSITIVE_INFINITY });
});
