import type { Page } from 'playwright-core';

/**
 * What a browser's translator does to a page, and to what is added to it later: each text node is replaced by
 * `<font><font>…</font></font>`, here with the same text, so that a test finds what the page should show by now.
 */
const translator = `(() => {
  const skipped = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEXTAREA', 'OPTION', 'TITLE', 'FONT']);
  const translate = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const parent = node.parentElement;
      if (parent === null || skipped.has(parent.tagName) || node.data.trim() === '') return;
      const outer = document.createElement('font');
      const inner = outer.appendChild(document.createElement('font'));
      inner.textContent = node.data;
      node.replaceWith(outer);
    } else if (node.nodeType === Node.ELEMENT_NODE && !skipped.has(node.tagName)) {
      for (const child of [...node.childNodes]) translate(child);
    }
  };
  const start = () => {
    translate(document.body);
    new MutationObserver((changes) => {
      for (const { type, target, addedNodes } of changes) {
        if (type === 'characterData') translate(target);
        for (const node of addedNodes) if (node.isConnected) translate(node);
      }
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  };
  return start;
})()`;

/** Translates the page that is shown now and every document that it loads later, once React has hydrated it. */
export const translatePages = async (page: Page): Promise<void> => {
  const whenHydrated = `(() => {
    const isHydrated = () => Object.keys(document.querySelector('main') ?? {}).some((key) => key.startsWith('__react'));
    const wait = () => (isHydrated() ? (${translator})() : requestAnimationFrame(wait));
    wait();
  })()`;
  await page.addInitScript(`addEventListener('DOMContentLoaded', () => ${whenHydrated})`);
};

/** Translates each document before React hydrates it, as a translator may that is faster than a slow network. */
export const translateBeforeHydration = async (page: Page): Promise<void> => {
  await page.addInitScript(`addEventListener('DOMContentLoaded', ${translator})`);
};
