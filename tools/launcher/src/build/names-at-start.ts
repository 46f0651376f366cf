import type * as esbuild from 'esbuild';

/** What `keepNames` calls for each function and, with `this`, for each class. */
const helper = 'var __name = (target, value) => __defProp(target, "name", { value, configurable: true });';

/** On one line, so that the source map stays right. */
const replacement = [
  'var __type = (target, value) => __defProp(target, "name", { value, configurable: true });',
  'var __isStarting = true; globalThis.setImmediate(() => { __isStarting = false; });',
  'var __name = (target, value) => __isStarting ? __type(target, value) : target;',
].join(' ');

/** Also as long as esbuild's text, for the same reason. */
const ofClass = { esbuild: '__name(this,', own: '__type(this,' };

/**
 * Lets `keepNames` name classes, whose names libraries compare, and the functions that are made while a bundle starts, such as
 * routes and commands, but none that a request makes: to name those is a sixth of the CPU of a cached response.
 */
export const namesAtStart: esbuild.Plugin = {
  name: 'names at start',
  setup: (build) => {
    build.onEnd(({ outputFiles = [] }) => {
      for (const file of outputFiles) {
        if (!file.text.includes('__name(') || file.path.endsWith('.map')) continue;
        if (!file.text.includes(helper)) throw new Error("esbuild's helper for names has changed");
        const text = file.text.replace(helper, () => replacement).replaceAll(ofClass.esbuild, ofClass.own);
        file.contents = Buffer.from(text);
      }
    });
  },
};
