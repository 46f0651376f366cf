import { expect, test } from '@jest/globals';
import { usePages } from './browser.ts';
import { siteUnderTest } from './site.ts';

const site = siteUnderTest();
const openPage = usePages(site.url);

const maxBytes = 150_000;

test('When a visitor opens the home page first, then its JavaScript is at most 150 KB compressed', async () => {
  const page = await openPage();
  await page.goto('/', { waitUntil: 'load' });
  const scripts = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .flatMap((entry) =>
        entry instanceof PerformanceResourceTiming && new URL(entry.name).pathname.endsWith('.js')
          ? [entry.encodedBodySize]
          : [],
      ),
  );
  expect(scripts.length).toBeGreaterThan(3);
  expect(scripts.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(maxBytes);
});
