import type { Page } from 'playwright-core';
import { z } from 'zod';

/**
 * The elements of a page as calls of React's createElement, without what Next adds to every page. Equal for pages
 * with the same markup.
 */
export interface PageMarkup {
  readonly html: string;
  /** In no order, since React puts some elements of its own choice first. */
  readonly head: readonly string[];
  readonly body: string;
  readonly content: readonly string[];
}

const shape = z.object({ html: z.string(), head: z.array(z.string()), body: z.string(), content: z.array(z.string()) });

/** In the browser, whose parser the markup is for. It loads and runs nothing of the page. */
const read = `(text) => {
  const reactNames = {
    class: 'className', for: 'htmlFor', tabindex: 'tabIndex', maxlength: 'maxLength', autocomplete: 'autoComplete',
    inputmode: 'inputMode', enctype: 'encType', crossorigin: 'crossOrigin', srcset: 'srcSet',
  };
  const page = new DOMParser().parseFromString(text, 'text/html');
  const isOfNext = (element) =>
    (element.localName === 'script' && element.type !== 'application/ld+json') ||
    element.matches('link[rel="preload"], meta[charset], meta[name="viewport"], body > div[hidden]:empty');
  const attributesOf = (element) =>
    JSON.stringify(Object.fromEntries(Array.from(element.attributes, ({ name, value }) =>
      [reactNames[name] ?? name, value === '' && typeof element[name] === 'boolean' ? true : value]
    ).sort()));
  const childrenOf = (element) => {
    element.normalize();
    return Array.from(element.childNodes).flatMap((node) => {
      if (node.nodeType === Node.TEXT_NODE) return [JSON.stringify(node.data)];
      return node.nodeType === Node.ELEMENT_NODE && !isOfNext(node) ? [callOf(node)] : [];
    });
  };
  const callOf = (element) =>
    'h(' + [JSON.stringify(element.localName),
      attributesOf(element), ...childrenOf(element)].join(',') + ')';
  // Comments separate texts, and mark the bounds of components.
  const comments = page.createNodeIterator(page, NodeFilter.SHOW_COMMENT);
  for (let node = comments.nextNode(); node !== null; node = comments.nextNode()) node.remove();
  return {
    html: attributesOf(page.documentElement),
    head: childrenOf(page.head).sort(),
    body: attributesOf(page.body),
    content: childrenOf(page.body),
  };
}`;

/** Parses a page's HTML in any page of a browser. */
export const markupOf = async (page: Page, html: string): Promise<PageMarkup> =>
  shape.parse(await page.evaluate(`(${read})(${JSON.stringify(html)})`));
