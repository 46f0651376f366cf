/** A program that runs here, or a container image that contains it. */
export type Program =
  | { readonly kind: 'file'; readonly path: string; readonly version: string; readonly from: string }
  | { readonly kind: 'image'; readonly image: string; readonly version: string; readonly from: string };

export interface SourceDeps {
  readonly env: NodeJS.ProcessEnv;
  /** Where downloaded programs are kept. */
  readonly cacheDir: string;
  /** Cancels downloads and commands in progress; they leave no partial files. */
  readonly signal?: AbortSignal | undefined;
  /** Reports steps that take long. */
  readonly progress: (text: string) => void;
}

/** One way to obtain a program. `find` throws an Error that says why it does not work on this machine. */
export interface Source {
  readonly label: string;
  readonly find: () => Promise<Program>;
}
