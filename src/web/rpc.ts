/** Calls from a page to its worker, with answers, and notices from the worker in between. */

/** What a worker offers: functions by name. */
export type Methods = Readonly<Record<string, (...args: never[]) => unknown>>;

interface Call {
  readonly call: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

type Reply =
  | { readonly call: number; readonly result: unknown }
  | { readonly call: number; readonly failure: { readonly name: string; readonly message: string } }
  | { readonly topic: number; readonly notice: unknown };

/** The end of a line that answers: a worker's own scope. */
export interface AnsweringEnd {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent) => unknown) | null;
}

/** Tells the page about something it listens to, besides the answers. */
export type Notify = (topic: number, notice: unknown) => void;

/** Answers calls by methods; what these throw is thrown in the page, with its name and message. */
export function answerCalls(end: AnsweringEnd, methods: (notify: Notify) => Methods): void {
  const table = methods((topic, notice) => end.postMessage({ topic, notice } satisfies Reply));
  end.onmessage = async ({ data }: MessageEvent<Call>) => {
    const { call, method, args } = data;
    try {
      const result = await table[method]!(...(args as never[]));
      end.postMessage({ call, result } satisfies Reply);
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      end.postMessage({ call, failure: { name, message } } satisfies Reply);
    }
  };
}

/** The functions of a worker, as the page sees them. */
export type Remote<M extends Methods> = {
  readonly [K in keyof M]: (...args: Parameters<M[K]>) => Promise<Awaited<ReturnType<M[K]>>>;
};

export interface Connection<M extends Methods> {
  readonly remote: Remote<M>;
  /** Listens to the notices of a topic, until the function that it returns is called. */
  listen(topic: number, listener: (notice: unknown) => void): () => void;
  /** Ends the worker; calls without an answer fail. */
  close(): void;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Connects to a worker that answers calls. */
export function connect<M extends Methods>(worker: Worker): Connection<M> {
  const waiting = new Map<number, Waiting>();
  const listeners = new Map<number, (notice: unknown) => void>();
  let calls = 0;
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };
  worker.onerror = ({ message }) => {
    worker.terminate();
    fail(new Error(`the worker stopped: ${message ?? "its script could not be loaded"}`));
  };
  worker.onmessageerror = () => fail(new Error("the worker sent something that cannot be read"));
  worker.onmessage = ({ data }: MessageEvent<Reply>) => {
    if ("topic" in data) {
      listeners.get(data.topic)?.(data.notice);
      return;
    }
    const { resolve, reject } = waiting.get(data.call)!;
    waiting.delete(data.call);
    if ("result" in data) resolve(data.result);
    else reject(named(data.failure));
  };
  const invoke = (method: string, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (failure) return reject(failure);
      const call = ++calls;
      waiting.set(call, { resolve, reject });
      worker.postMessage({ call, method, args } satisfies Call);
    });
  return {
    remote: new Proxy({} as Remote<M>, {
      get:
        (_, method: string) =>
        (...args: unknown[]) =>
          invoke(method, args),
    }),
    listen(topic, listener) {
      listeners.set(topic, listener);
      return () => void listeners.delete(topic);
    },
    close() {
      worker.terminate();
      fail(new Error("the workbench is closed"));
    },
  };
}

function named({ name, message }: { readonly name: string; readonly message: string }): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}
