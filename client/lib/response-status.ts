import { AsyncLocalStorage } from 'node:async_hooks';

// In Next, a page can set its status only by throwing, and a page that has thrown is empty until its JavaScript runs.
// Pages therefore call setStatus; server.mjs makes the response available to it while Next renders.

interface Response {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
}

interface Rendering {
  readonly response: Response;
  actionBegan: boolean;
  /** Of a rendering that is sent to other visitors too. */
  readonly markPersonal?: () => void;
}

declare global {
  /** Global, because server.mjs and Next's build of the pages each load their own instance of this module. */
  var renderings: AsyncLocalStorage<Rendering> | undefined;
}

const renderings = (): AsyncLocalStorage<Rendering> => (globalThis.renderings ??= new AsyncLocalStorage());

/** Runs a request's handler so that the pages it renders can set the response's status. */
export const withResponse = <Result>(response: Response, handle: () => Result): Result =>
  renderings().run({ response, actionBegan: false }, handle);

/** The same for a rendering that is sent to other visitors too, unless `markPersonal` is called. */
export const withSharedResponse = <Result>(
  response: Response,
  markPersonal: () => void,
  handle: () => Result,
): Result => renderings().run({ response, actionBegan: false, markPersonal }, handle);

/** Whether what is rendered is sent to other visitors too. */
export const isSharedRendering = (): boolean => renderings().getStore()?.markPersonal !== undefined;

/** Called when what is rendered says something of the visitor: no other one gets it. */
export const markPersonal = (): void => renderings().getStore()?.markPersonal?.();

/**
 * As `withResponse`, for the request of a form or Server Action. Next fails with 500 when it cannot decode one; a request that has
 * failed before its action began is malformed, so its status is 400.
 */
export const withActionResponse = <Result>(response: Response, handle: () => Result): Result => {
  const rendering = { response, actionBegan: false };
  let status = response.statusCode;
  Object.defineProperty(response, 'statusCode', {
    get: () => (status === 500 && !rendering.actionBegan ? 400 : status),
    set: (value: number) => {
      status = value;
    },
  });
  return renderings().run(rendering, handle);
};

/** Called by each Server Action as it begins. */
export const beginAction = (): void => {
  const rendering = renderings().getStore();
  if (rendering !== undefined) rendering.actionBegan = true;
};

/** Whether the page is rendered after a Server Action, with what a form says then. */
export const isAfterAction = (): boolean => renderings().getStore()?.actionBegan === true;

/** Sets a header of the response to the request being handled. */
export const setHeader = (name: string, value: string): void => {
  renderings().getStore()?.response.setHeader(name, value);
};

/** Sets the status of the page being rendered. Has no effect once its first byte is sent. */
export const setStatus = (status: 403 | 404 | 413 | 503): void => {
  const rendering = renderings().getStore();
  if (rendering !== undefined) rendering.response.statusCode = status;
};
