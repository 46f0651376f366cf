import { expect } from '@jest/globals';
import type { Frame, Locator, Page } from 'playwright-core';
import { z } from 'zod';
import { eventually } from './eventually.ts';

/** More than the number of controls on any page. */
const maxPresses = 100;

const focusReport = z.object({ element: z.string(), problem: z.string().nullable() });

/** What is wrong with the focus, if anything: it must have a ring, be in the window and not be covered. */
const examineFocus = `(() => {
  const focused = document.activeElement;
  const element = focused.outerHTML.slice(0, 120);
  if (focused === document.body) return { element, problem: null };
  const style = getComputedStyle(focused);
  const { left, top, right, bottom } = focused.getBoundingClientRect();
  // A date field whose calendar button has the focus does not itself have it. A link that covers its card has the ring of the card.
  const hasRing = focused.matches(':focus-visible, :focus-within:not(:focus)') && [style, getComputedStyle(focused, '::after')].some(
    ({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2);
  const isInside = right > left && bottom > top && right > 0 && left < innerWidth && bottom > 0 && top < innerHeight;
  const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2;
  const y = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2;
  const shown = document.elementFromPoint(x, y);
  const isCovered = shown === null || !(focused.contains(shown) || shown.contains(focused));
  const problem = !hasRing ? 'has no focus ring' : !isInside ? 'is not in the window' : isCovered ? 'is covered' : null;
  return { element, problem };
})()`;

/** Drives a page with the keyboard alone. */
export interface Keyboard {
  /** Presses Tab until the control has the focus. @throws when it is never reached, or the focus is invisible on the way. */
  reach(control: Locator): Promise<void>;
  /** The same with Shift+Tab. */
  reachBackwards(control: Locator): Promise<void>;
  /** Reaches the control and presses a key. */
  press(control: Locator, key: 'Enter' | 'Space'): Promise<void>;
  /** Reaches the field and types the text in place of what is there. */
  type(field: Locator, text: string): Promise<void>;
}

/** Whether the control has the focus, in whatever frame it is. */
export const hasFocus = (control: Locator): Promise<boolean> =>
  control.evaluateAll((elements) => elements.some((element) => element.matches(':focus')));

export const openKeyboard = (page: Page): Keyboard => {
  /** The frame that the focus is in, such as the card form. */
  const focusedFrame = async (): Promise<Frame> => {
    const focused = await page.evaluateHandle('document.activeElement');
    return (await focused.asElement()?.contentFrame()) ?? page.mainFrame();
  };

  const reachBy = async (key: 'Tab' | 'Shift+Tab', control: Locator): Promise<void> => {
    for (let presses = 0; presses < maxPresses; presses += 1) {
      await page.keyboard.press(key);
      // Retried: a focus ring may fade in, and the page may still be scrolling.
      const { element } = await eventually(async () => {
        const found = focusReport.parse(await (await focusedFrame()).evaluate(examineFocus));
        expect(found).toEqual({ ...found, problem: null });
        return found;
      }, 2_000);
      if (await hasFocus(control)) return;
      if (presses === maxPresses - 1)
        throw new Error(`${key} never reached ${String(control)}; the last focused element was ${element}`);
    }
  };

  const reach = (control: Locator): Promise<void> => reachBy('Tab', control);
  return {
    reach,
    reachBackwards: (control) => reachBy('Shift+Tab', control),
    press: async (control, key) => {
      await reach(control);
      await page.keyboard.press(key);
    },
    type: async (field, text) => {
      await reach(field);
      await page.keyboard.press('Control+A');
      await page.keyboard.type(text);
    },
  };
};
