import type { z } from 'zod';
import type { ApiAnswer } from './message.ts';
import type { GatewayView } from './view.ts';

/** One call of an operation. */
export interface Call<Body = unknown> {
  readonly view: GatewayView;
  /** The same, after a change. */
  readonly viewNow: () => GatewayView;
  /** Where the API is mounted. */
  readonly base: string;
  /** Parts of the path by their names in the template, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Body;
  /** Has shown the token, or none is needed. */
  readonly isAuthorized: boolean;
}

/** What an operation answers when all goes well. */
export interface SuccessAnswer {
  readonly status: number;
  readonly about: string;
  /** Of the JSON that is answered; undefined for text. */
  readonly schema: z.ZodType | undefined;
}

export interface QueryParameter {
  readonly name: string;
  readonly about: string;
  readonly schema: z.ZodType;
}

/** Something that can be asked for or done. */
export interface Operation {
  readonly method: 'GET' | 'POST';
  /** Such as `/upstreams/{upstream}`. */
  readonly path: string;
  /** In camel case, unique. */
  readonly id: string;
  readonly about: string;
  /** Tells only whether the process works: may be asked without the token. */
  readonly isProbe?: boolean;
  /** It changes something. */
  readonly isChange?: boolean;
  readonly query?: readonly QueryParameter[];
  /** Of the JSON that is asked with; undefined when the body does not matter. */
  readonly body?: z.ZodType;
  readonly success: readonly SuccessAnswer[];
  /** Statuses of the problems that it answers with, beside those that any operation may. */
  readonly failures?: readonly number[];
  readonly run: (call: Call) => ApiAnswer | Promise<ApiAnswer>;
}
