import { expect, test } from '@jest/globals';
import { chart } from './chart.ts';

const row = { name: 'orders < all & more', value: 50, bound: 100, unit: 'ms', atMost: true };
const green = '#15803d';
const red = '#b91c1c';

test('When a figure is within its bound, then its bar is green, and red otherwise', () => {
  expect(chart([row])).toContain(green);
  expect(chart([{ ...row, value: 101 }])).toContain(red);
  expect(chart([{ ...row, value: 100 }])).toContain(green);
  expect(chart([{ ...row, atMost: false }])).toContain(red);
  expect(chart([{ ...row, value: 100, atMost: false }])).toContain(green);
});

test('When a figure is drawn, then bar and mark are in proportion and the text is escaped', () => {
  const svg = chart([row]);
  const [bar = '', mark = ''] = [...svg.matchAll(/<rect x="[^"]*" y="[^"]*" width="([\d.]+)" height="(?:14|22)"/g)]
    .slice(1)
    .map(([, width]) => width);
  expect(Number(bar)).toBeCloseTo(((760 - 48) * 50) / 110, 1);
  expect(mark).toBe('2');
  expect(svg).toContain(`<rect x="${(24 + ((760 - 48) * 100) / 110 - 1).toFixed(1)}"`);
  expect(svg).toContain('orders &lt; all &amp; more');
  expect(svg).toContain('50.00 ms (≤ 100)');
});

test('When there are several figures, then the picture has a bar for each and room for all', () => {
  const svg = chart([row, row, row]);
  expect(svg.match(/class="name"/g)).toHaveLength(3);
  expect(svg).toContain(`viewBox="0 0 760 ${24 + 3 * 54}"`);
});
