/** A source could not be read; the message names it, and the cause says why. */
export class UnreadableError extends Error {
  readonly source: string;

  constructor(source: string, cause: unknown) {
    super(`could not read ${source}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'UnreadableError';
    this.source = source;
  }
}

/** Adds the name of the source to the error of a read. @throws UnreadableError */
export const describeFailure = async <T>(source: string, read: () => Promise<T>): Promise<T> => {
  try {
    return await read();
  } catch (error) {
    throw new UnreadableError(source, error);
  }
};
